"""What is said: a notice with its facts filled in, and the outbox row that carries a text to the buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.message import Kind, Origin, ReplyClass, Sender
from bot.core.notices import Notice
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, ShopConfig
from bot.service.shelf import Shelved
from bot.store.conversations import Conversation
from bot.store.ids import from_ms, new_id
from knowledge_base.fields import fill

REST_SHOWN = 30
"""How much of a question that is left to a person the buyer reads again, in characters."""


def notice_text(shop: ShopConfig, one: Conversation, shelved: Shelved, kind: Notice) -> str:
    """A notice with its facts filled in: the shop's fields, ``{在线时段}`` and ``{人工时限}``. Empty if one lacks."""
    facts = dict(shelved.fields)
    if shop.hours:
        facts["在线时段"] = shop.hours.words()
    due = one.due_at or one.night_due_at
    if due:
        facts["人工时限"] = f"{from_ms(due).astimezone(ZONE):%H:%M}"
    filled = fill(shop.notices[kind], facts)
    return "" if filled.missing else filled.text


def rest_text(shop: ShopConfig, one: Conversation, missing: Sequence[str], now: int) -> str:
    """Say which questions a person answers, and by when (ms ``now``): the deadline, or the hours people are there."""
    asked = "".join(f"「{text[:REST_SHOWN]}」" for text in missing)
    local = from_ms(now).astimezone(ZONE)
    if shop.hours and not shop.hours.holds(local):
        return f"{asked}由同事回答，在线时段 {shop.hours.words()}。"
    if one.due_at:
        return f"{asked}由同事回答，{from_ms(one.due_at).astimezone(ZONE):%H:%M} 前回复。"
    return f"{asked}由同事回答。"


def send_row(
    one: Conversation,
    clocks: Clocks,
    *,
    text: str,
    parts: list[str],
    in_reply_to: str | None = None,
    decision: str | None = None,
    entry: str | None = None,
    sender: Sender = Sender.BOT,
    origin: Origin = Origin.AUTOMATIC,
    reply_class: ReplyClass = ReplyClass.AUTOMATIC,
    by: str | None = None,
    then: str = "keep",
) -> dict[str, Any]:
    """A new row of the outbox, pending. ``then`` says what a person wants once it is sent: keep, release or close."""
    return {
        "id": new_id(clocks.real()),
        "shop": one.shop,
        "channel": one.channel,
        "conversation": one.id,
        "in_reply_to": in_reply_to,
        "sender": sender.value,
        "origin": origin.value,
        "reply_class": reply_class.value,
        "by": by,
        "text": text,
        "parts": parts,
        "entry": entry,
        "decision": decision,
        "status": "pending",
        "worker": "",
        "tries": 0,
        "epoch": one.epoch,
        "detail": "",
        "created_at": clocks.now_ms(one.shop),
        "asked_at": None,
        "next_at": None,
        "done_at": None,
        "platform_id": None,
        "then": then,
    }


def said_row(
    one: Conversation, row: Mapping[str, Any], at: int, now: int, doubtful: bool, platform_id: str | None
) -> dict[str, Any]:
    """The message that a send became visible as, at a time (ms); ``doubtful`` where nobody knows whether it arrived."""
    same = {name: row[name] for name in ("sender", "origin", "reply_class", "text", "decision", "parts")}
    return (
        own_row(one, row["id"], Kind.TEXT, row["by"] or Sender.BOT.value, at)
        | same
        | {
            "platform_id": platform_id or row["id"],
            "accepted_at": now,
            "doubtful": doubtful,
        }
    )


def own_row(one: Conversation, mid: str, kind: Kind, by: str, at: int, seq: int = 0) -> dict[str, Any]:
    """A message that came to be here and not by a delivery, as it is stored: told to the books by ``by``, said to nobody."""
    return {
        "id": mid,
        "shop": one.shop,
        "channel": one.channel,
        "conversation": one.id,
        "platform_id": mid,
        "sender": Sender.SYSTEM.value,
        "origin": None,
        "reply_class": None,
        "kind": kind.value,
        "text": "",
        "meta": {},
        "at": at,
        "accepted_at": at,
        "seq": seq,
        "by": by,
        "decision": None,
        "waiting": False,
        "doubtful": False,
        "parts": [],
        "content": "",
    }
