"""What an admin types for a channel, checked: options against their model, addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def options_of(model: type[Model], given: Mapping[str, Any]) -> Model | None:
    """The options, None where they cannot be."""
    try:
        return model.model_validate(dict(given))
    except ValidationError:
        return None


def wrong_options(model: type[BaseModel], given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the options, a line each; empty when fine."""
    try:
        model.model_validate(dict(given))
    except ValidationError as error:
        return [
            f"options.{'.'.join(map(str, one['loc']))}: 填得不对 · {one['msg']}"
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    return []


def web_address(url: str) -> bool:
    """Say whether an address may be called: http or https, a host, no user and password. Loopback is fine: the admin
    typed it. Whether it answers is seen when sending."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises ValueError where the port is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
