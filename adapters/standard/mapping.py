"""The shape of a mapping: how a sender's own JSON is read and answered, written down as data and checked when saved.

The page that explains each field: ``MAPPING.md`` beside this file.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from adapters.base import Quota
from adapters.schemes import load_schemes
from adapters.standard.paths import check_path, scalar
from bot.core.message import Kind, Sender

Path = Annotated[str, Field(max_length=300), AfterValidator(check_path)]
_SENDERS = frozenset(sender.value for sender in Sender)
_KINDS = frozenset(kind.value for kind in Kind)
SEND_NAMES = frozenset({"id", "conversation", "buyer", "text", "in_reply_to", "class", "now_s", "now_ms", "secret"})
PLACE = re.compile(r"\{([^{}]*)\}")


def _as_text(value: Any) -> Any:
    text = scalar(value)
    return value if text is None else text


Plain = Annotated[str, BeforeValidator(_as_text)]


class Model(BaseModel):
    """Nothing unknown is let through: a misspelt name must not pass for a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Take(Model):
    """Where a value is taken from: the first path that has one, all paths joined, or a fixed value."""

    paths: tuple[Path, ...] = Field((), max_length=8)
    join: str | None = Field(None, max_length=5)
    value: Plain | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        """One path, or a list of them, may stand without the field's name."""
        if isinstance(given, str):
            return {"paths": [given]}
        return {"paths": given} if isinstance(given, list) else given

    @model_validator(mode="after")
    def _says_something(self) -> Take:
        if bool(self.paths) == (self.value is not None):
            raise ValueError("填 paths 或 value 之一 · give either paths or value")
        return self


def _listed(given: Any) -> Any:
    return given if isinstance(given, list) else [given]


class When(Model):
    """A condition: at each of these paths stands one of these values."""

    when: dict[Path, Annotated[list[Plain], BeforeValidator(_listed)]] = Field(min_length=1, max_length=8)


class Rule(When):
    """If the condition holds, it is this."""

    be: str = Field(alias="is")


class Choice(Model):
    """A word of ours: by a table of the sender's words at a path, or by the first rule that holds."""

    path: Take | None = None
    table: dict[str, str] = {}
    rules: tuple[Rule, ...] = Field((), max_length=40)
    otherwise: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"otherwise": given}
        if isinstance(given, dict) and isinstance(given.get("table"), dict):
            return {**given, "table": {_as_text(name): word for name, word in given["table"].items()}}
        return given

    def words(self) -> set[str]:
        """Every word of ours that it can give."""
        return {*self.table.values(), *(rule.be for rule in self.rules), *([self.otherwise] if self.otherwise else [])}


class Time(Model):
    """When it was said. ``auto`` tells seconds and milliseconds apart by size; ``zone`` is for text without an offset."""

    path: Take
    unit: Literal["auto", "s", "ms", "iso"] = "auto"
    zone: str = "Asia/Shanghai"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"path": given} if isinstance(given, str | list) else given

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("没有这个时区，如 Asia/Shanghai、UTC · no such zone, write Asia/Shanghai or UTC") from None
        return zone


class Reply(Model):
    """The answer to a delivery: the yes, or what a probe waits for. ``{/path}`` in a text of the body is filled in."""

    status: int = Field(200, ge=200, le=299)
    body: Any = None
    content_type: str = Field("", max_length=100, pattern=r"^[\x21-\x7e ]*$")


class Probe(When, Reply):
    """A check by the platform: it brings no message and gets this answer."""


class Echo(Model):
    """How our own sends are known again when they come back."""

    when: dict[Path, Annotated[list[Plain], BeforeValidator(_listed)]] = {}
    reply_id: Take | None = None


class Refused(When):
    """An answer that says it was surely not delivered; ``again`` where trying later helps."""

    again: bool = False


class Send(Model):
    """The request that sends a reply to the channel's address, and how its answer is read."""

    path: str = Field("", max_length=500)
    headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")], Annotated[str, Field(max_length=500)]] = {}
    body: dict[str, Any]
    sign: str = ""
    success: When | None = None
    id: Path | None = None
    refused: tuple[Refused, ...] = Field((), max_length=20)

    @field_validator("sign")
    @classmethod
    def _signs(cls, name: str) -> str:
        able = [one for one, scheme in load_schemes().items() if scheme.how not in ("sorted", "aes-cbc")]
        if name and name not in able:
            raise ValueError(f"可选 {'、'.join(able)} · use one of {', '.join(able)}")
        return name

    @model_validator(mode="after")
    def _places(self) -> Send:
        for text in texts([self.path, self.headers, self.body]):
            if unknown := sorted(set(PLACE.findall(text)) - SEND_NAMES):
                raise ValueError(
                    f"不认识 {{{unknown[0]}}}，可用 {' '.join(sorted(SEND_NAMES))} · "
                    f"{{{unknown[0]}}} is unknown, there are: {' '.join(sorted(SEND_NAMES))}"
                )
        if any("{secret}" in text for text in texts([self.path, self.body])):
            raise ValueError("{secret} 只能写在 headers 里 · {secret} may stand in headers only")
        return self


class Mapped(Model):
    """How a sender's JSON becomes messages."""

    items: Annotated[str, Field(max_length=300), AfterValidator(check_path)] = ""
    skip: tuple[When, ...] = Field((), max_length=20)
    probes: tuple[Probe, ...] = Field((), max_length=10)
    id: Take | None = None
    dedupe: Take | None = None
    conversation: Take
    buyer: Take | None = None
    buyer_name: Take | None = None
    sender: Choice
    kind: Choice = Choice(otherwise="text")
    text: Take | None = None
    sent_at: Time | None = None
    meta: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Take] = {}
    echo: Echo | None = None
    ack: Reply = Reply(body={"ok": True})
    send: Send | None = None

    @field_validator("items")
    @classmethod
    def _in_the_body(cls, path: str) -> str:
        if path and not path.startswith("/"):
            raise ValueError("要是请求体里的路径，如 /data · must be a path in the body, such as /data")
        return path

    @field_validator("sender")
    @classmethod
    def _senders(cls, choice: Choice) -> Choice:
        return _only(choice, _SENDERS)

    @field_validator("kind")
    @classmethod
    def _kinds(cls, choice: Choice) -> Choice:
        return _only(choice, _KINDS)


def _only(choice: Choice, allowed: frozenset[str]) -> Choice:
    if not choice.words():
        raise ValueError("要有 table、rules 或 otherwise · needs table, rules or otherwise")
    if unknown := sorted(choice.words() - allowed):
        words = " ".join(sorted(allowed))
        raise ValueError(f"{unknown[0]} 不是我们的词，可用 {words} · {unknown[0]} is no word of ours, use: {words}")
    return choice


class Signature(Model):
    """How deliveries are signed: a scheme's name, with the header's own name where the sender uses another."""

    scheme: str = "standard-webhooks"
    header: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$")
    prefix: str | None = Field(None, max_length=40)
    timestamp_header: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$")
    id_header: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$")
    skew_s: int | None = Field(None, ge=1, le=86_400)
    app_key: str = Field("", max_length=200)
    accept_weak: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"scheme": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _usable(self) -> Signature:
        schemes = load_schemes()
        scheme = schemes.get(self.scheme)
        if scheme is None:
            raise ValueError(f"没有 {self.scheme}，可选 {'、'.join(schemes)} · use one of {', '.join(schemes)}")
        if scheme.weak and not self.accept_weak:
            raise ValueError(
                f"{self.scheme} 不能证明内容没被改过；知道后果的话写 accept_weak: true · "
                f"{self.scheme} does not prove that the content is unchanged; write accept_weak: true to take it"
            )
        if "{app_key}" in scheme.content and not self.app_key:
            raise ValueError("app_key 要填 · app_key is needed")
        return self


class Window(Model):
    """At most so many sends within so many seconds of the buyer's last message."""

    sends: PositiveInt
    window_s: PositiveInt

    def quota(self) -> Quota:
        """The same as the port writes it."""
        return Quota(self.sends, timedelta(seconds=self.window_s))


def texts(value: Any) -> list[str]:
    """Every text inside a template, names left out."""
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for member in members for text in texts(member)]


def told(error: ValidationError, at: str) -> list[str]:
    """Say what is wrong, one line each: where, Chinese · English."""
    lines = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join([at, *(str(step) for step in one["loc"])])
        words = str(one["msg"]).removeprefix("Value error, ")
        zh = {"missing": "缺这一项", "extra_forbidden": "没有这一项"}.get(str(one["type"]), "填得不对")
        lines.append(f"{where}: {words if ' · ' in words else f'{zh} · {words}'}")
    return lines
