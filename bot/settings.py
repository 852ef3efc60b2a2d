"""Every setting: by flag, environment (``MIAOHUI_…``) or file (YAML). One list, with unit, default and meaning."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MIAOHUI_"


class SettingsError(Exception):
    """A setting that cannot be: which, where it came from, and what to do, in words."""


class Settings(BaseSettings):
    """The settings of one process. Times are in the unit the description names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", env_ignore_empty=True)

    data: Path = Field(Path("miaohui-data"), description="data folder; nothing is written outside it")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    open_browser: bool = Field(True, description="open the start page in a browser (--no-open stops it)")
    database: str = Field("", description="PostgreSQL URL; empty = embedded store in the data folder")
    public_url: str | None = Field(None, description="address under which people and platforms reach this server")
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="addresses or networks of trusted proxies, with commas between them"
    )
    allow_plain_http: bool = Field(False, description="allow login over unencrypted http beyond this machine")
    webhook_limit: int = Field(256 * 1024, ge=1024, description="largest webhook body, in bytes")
    webhook_deadline_s: float = Field(1.8, gt=0, le=5, description="every webhook is answered within, in seconds")
    body_deadline_s: float = Field(15.0, gt=0, description="a whole request must arrive within, in seconds")
    lease_s: float = Field(
        30.0, ge=2, le=600, description="a process of several that was not heard of for so long is given up, in seconds"
    )
    heartbeat_s: float = Field(5.0, gt=0, le=60, description="how often a process says that it is there, in seconds")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    clock_starts_at: datetime | None = Field(
        None, description="run as if the process had started at this time (ISO, with offset); for trying things out"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _with_commas(cls, value: Any) -> Any:
        return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value

    @field_validator("database")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("needs postgresql:// at its beginning, or nothing for the store in the data folder")
        return value

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("needs http:// or https:// at its beginning")
        return value

    @field_validator("clock_starts_at")
    @classmethod
    def _with_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs an offset, such as 2026-05-01T03:00:00+08:00")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before the environment; files are read by ``load``."""
        return init_settings, env_settings


def without_password(url: str) -> str:
    """A database URL as it may be shown."""
    return re.sub(r"(?<=://)([^:@/]*):[^@/]*@", r"\1:***@", url)


def load(flags: Mapping[str, Any], file: Path | None = None) -> tuple[Settings, dict[str, str]]:
    """Read all settings; return them and, for each name, where its value came from (flag, environment, file, default).

    Raises:
        SettingsError: a value that cannot be, an unknown name, or a file that cannot be read.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    from_file = _read_file(file) if file else {}
    in_env = {name for name in Settings.model_fields if os.environ.get(PREFIX + name.upper())}
    merged = {name: value for name, value in from_file.items() if name not in in_env} | given
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        wrong = [(str(e["loc"][0]) if e["loc"] else "?", str(e["msg"])) for e in error.errors(include_url=False)]
        raise SettingsError(_words(wrong, given, in_env, file)) from error
    if odd := _no_networks(settings.trusted_proxies):
        raise SettingsError(_words([("trusted_proxies", why) for why in odd], given, in_env, file))
    origins = {}
    for name in Settings.model_fields:
        if name in given:
            origins[name] = "flag"
        elif name in in_env:
            origins[name] = "environment"
        else:
            origins[name] = "file" if name in from_file else "default"
    return settings, origins


def _read_file(file: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(
            f"设置文件 {file} 读不了：{error} / cannot read the settings file {file}: {error}"
        ) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f"设置文件 {file} 应当是“名称: 值” / {file} must be names with values")
    return {str(name): value for name, value in found.items()}


def _no_networks(proxies: Sequence[str]) -> list[str]:
    """What is wrong with addresses that would never be trusted, for they are none."""
    odd = []
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            odd.append(str(error))
    return odd


def _words(wrong: Iterable[tuple[str, str]], given: Mapping[str, Any], in_env: set[str], file: Path | None) -> str:
    lines = []
    for name, why in wrong:
        if name in given:
            where = f"--{name.replace('_', '-')}"
        elif name in in_env:
            where = PREFIX + name.upper()
        else:
            where = f"{file}: {name}"
        why = why.removeprefix("Value error, ")
        lines.append(f"设置 {where} 不对 / the setting {where} is not right: {why}")
    return "\n".join(lines)


def listing(settings: Settings, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every setting with name, meaning, default, value and where the value came from."""
    rows = []
    values = settings.model_dump(mode="json") | {"database": without_password(settings.database)}
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        rows.append(
            {
                "name": name,
                "environment": PREFIX + name.upper(),
                "meaning": field.description,
                "default": default if isinstance(default, int | float | bool | list | None) else str(default),
                "value": values[name],
                "from": origins.get(name, "default"),
            }
        )
    return rows
