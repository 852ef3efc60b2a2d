"""What a standard channel's options say about its wire: the signature scheme and, where there is one, the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError

from adapters.base import named
from adapters.schemes import Scheme, load_schemes
from adapters.standard.mapping import Mapped, Signature, told

API_TOKEN = "api_token"  # noqa: S105  (the name of a secret, not one)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a channel verifies, reads and sends. Without a mapping the body is the standard channel's own."""

    scheme: Scheme
    app_key: str
    mapping: Mapped | None


def plan_of(options: Mapping[str, Any]) -> Plan:
    """Return the plan of a channel's options.

    Raises:
        ValueError: they say what cannot be; ``wrong_plan`` tells it in words before such a channel is saved.
    """
    given = {name: options[name] for name in ("signature", "mapping") if name in options}
    return _plan(orjson.dumps(given, option=orjson.OPT_NON_STR_KEYS))


@lru_cache(maxsize=256)
def _plan(raw: bytes) -> Plan:
    given = orjson.loads(raw)
    signature = Signature.model_validate(given.get("signature", {}))
    changes = {
        name: value
        for name in ("header", "prefix", "timestamp_header", "id_header", "skew_s")
        if (value := getattr(signature, name)) not in ("", None)
    }
    scheme = load_schemes()[signature.scheme].model_copy(update=changes)
    return Plan(scheme, signature.app_key, Mapped.model_validate(given["mapping"]) if given.get("mapping") else None)


def wrong_plan(options: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with signature and mapping, in words with where it stands; empty when fine."""
    wrong = []
    for name, shape in (("signature", Signature), ("mapping", Mapped)):
        if not options.get(name):
            continue
        try:
            shape.model_validate(options[name])
        except ValidationError as error:
            wrong += told(error, f"options.{name}")
    return wrong


def signing_secrets(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets that deliveries are signed with: all but the token of the sender's own API."""
    return tuple(secret for secret in secrets if not secret.startswith(f"{API_TOKEN}="))


def api_token(secrets: tuple[str, ...]) -> str:
    """The token of the sender's own API, the newest where it is being rotated; empty where there is none."""
    return next(reversed(named(secrets, API_TOKEN)), "")
