"""A channel's settings: which secrets stay valid when new ones come, and what an adapter finds wrong, for people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.service.refusal import Because, Refusal

_NAMED = re.compile(r"([a-z][a-z_]{1,20})=.", re.ASCII | re.DOTALL)


def name_of(secret: str) -> str:
    """The name of a secret that an admin entered as ``name=value``; empty for one without."""
    found = _NAMED.match(secret)
    return found[1] if found and not secret.startswith("whsec_") else ""


def rotated(former: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The new secrets, behind the newest former one of each name they have; former ones of other names as they were."""
    names = {name_of(secret) for secret in new}
    last = {name_of(secret): secret for secret in former}
    kept = [secret for secret in former if name_of(secret) not in names or last[name_of(secret)] == secret]
    return tuple(dict.fromkeys((*kept, *new)))


def wrong_channel(wrong: Sequence[str]) -> Refusal:
    """What an adapter finds wrong (``name: 中文 · English``), each in its language, pointing at the first."""
    parts = [(name, *words.partition(" · ")) for name, _, words in (one.partition(": ") for one in wrong)]
    zh = "；".join(f"{name}：{zh}" for name, zh, _, _ in parts)
    en = "; ".join(f"{name}: {en or zh}" for name, zh, _, en in parts)
    pointer = "/" + re.sub(r"\W+", "/", parts[0][0]).strip("/")
    return Refusal(Because.INVALID, "channel", zh, en, pointer=pointer)
