"""A JSON body as platforms really send it: parsed leniently where that is safe, its text made fit for every store."""

from __future__ import annotations

import json
from typing import Any

import orjson

from adapters.base import Unreadable


def parse(body: bytes) -> Any:
    """Parse JSON in UTF-8 (a byte order mark is skipped); half a surrogate pair is let through for later repair.

    Raises:
        Unreadable: not UTF-8, not JSON, or nested beyond what a parser should be asked to do.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass  # the slow, lenient parser decides: it also reads half surrogate pairs and a byte order mark
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Unreadable("/: 请求体不是 UTF-8 · the body is not UTF-8") from None
    except RecursionError:
        raise Unreadable("/: 嵌套太深 · nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"/: 不是 JSON · not JSON: {str(error)[:120]}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def storable(text: str) -> str:
    """Return the text with NUL and halves of surrogate pairs as U+FFFD; most text comes back as it is."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def repaired(value: Any) -> Any:
    """Return a parsed value with every text in it, names too, as ``storable`` makes it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): repaired(one) for name, one in value.items()}
    return [repaired(one) for one in value] if isinstance(value, list) else value
