"""What judged inquiries become in the store: rows as posted, and the ledger's lines for what of them is money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.accounting.books import Books as Judged
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Night, Reason, ReplyVerdict, Verdict
from bot.core.message import ReplyClass, Sender
from bot.service.directory import ZONE
from bot.store.conversations import Conversation
from bot.store.ids import to_ms
from bot.store.journal import Line

MILLISECOND = timedelta(milliseconds=1)
_PEOPLE = (ReplyClass.HUMAN, ReplyClass.ASSISTED)
_NEVER = ("recalled", "before_inquiry")

Row = Mapping[str, Any]


def rows_of(
    one: Conversation, judged: Judged, without_api: Mapping[str, Verdict] | None, said: Sequence[Row]
) -> list[dict[str, Any]]:
    """The rows of a conversation's judged inquiries, in opening order.

    ``without_api``: the verdicts if replies by API counted for nothing, by opening message; None where that is known
    and ``judged`` has it in already. ``said`` are the messages that were judged.
    """
    replies: dict[str, list[ReplyVerdict]] = {}
    for reply in judged.replies:
        if reply.inquiry:
            replies.setdefault(reply.inquiry, []).append(reply)
    by_id = {row["id"]: row for row in said}
    return [
        _row(one, verdict, verdict.ruleset, replies.get(verdict.opened_by, []), by_id)
        | _fraction(verdict if without_api is None else without_api.get(verdict.opened_by))
        for verdict in judged.inquiries
    ]


def _fraction(verdict: Verdict | None) -> dict[str, bool]:
    """Both sides of the fraction without replies by API. None: the inquiry has joined the one before it there."""
    return {
        "counted_without_api": verdict is not None and verdict.counted,
        "due_without_api": verdict is not None and verdict.in_denominator,
    }


def _row(
    one: Conversation, verdict: Verdict, ruleset: Ruleset, replies: list[ReplyVerdict], said: Mapping[str, Row]
) -> dict[str, Any]:
    # Where every turn must be answered, an inquiry with a valid reply is open again while a later turn waits.
    answered = verdict.response is not None and not verdict.owed and verdict.reason is not Reason.PENDING
    excluded = verdict.reason.startswith("excluded")
    local = verdict.opened_at.astimezone(ZONE)
    first = _first_person(replies, said)
    return {
        "shop": one.shop,
        "id": verdict.opened_by,
        "conversation": one.id,
        "opened_at": to_ms(verdict.opened_at),
        "day": local.date().isoformat(),
        "hour": local.hour,
        "reason": verdict.reason.value,
        "eligible": verdict.eligible,
        "in_denominator": verdict.in_denominator,
        "counted": verdict.counted,
        "response_ms": verdict.response // MILLISECOND if verdict.response is not None else None,
        "opened_ms": None,
        "opening_target_ms": round(ruleset["opening.target_s"] * 1000),
        "agent": _agent(first.message if first else verdict.decided_by, said),
        "in_time": first is not None and _in_time(first, verdict, ruleset),
        "night": verdict.night.value if verdict.night else None,
        "fake_reply_risk": verdict.fake_reply_risk,
        "decided_by": verdict.decided_by,
        "rule": verdict.rule,
        "ruleset": ruleset.version,
        "due_at": to_ms(verdict.due_at) if verdict.due_at else None,
        "night_due_at": to_ms(verdict.night_due_at) if verdict.night_due_at else None,
        "open": not answered and not excluded,
        "owed": verdict.owed,
        "waived": None,
        "by_person": verdict.answered_by_person,
        "bot_answered": any("answer" in _parts(reply, said) for reply in replies),
        "replies": [_reply(reply) for reply in replies],
    }


def _first_person(replies: Sequence[ReplyVerdict], said: Mapping[str, Row]) -> ReplyVerdict | None:
    """The first reply by a person that the buyer could read, whatever it said."""
    mine = (one for one in replies if one.reply_class in _PEOPLE and one.reason.value not in _NEVER)
    return next((one for one in mine if one.message in said), None)


def _agent(message: str | None, said: Mapping[str, Row]) -> str:
    """Who wrote a message: a person's id, else the name the platform gave, empty where nobody knows or it was no
    person."""
    row = said.get(message) if message else None
    if row is None or row["sender"] != Sender.AGENT.value:
        return ""
    return str(row["by"] or row["meta"].get("agent") or "")


def _in_time(reply: ReplyVerdict, verdict: Verdict, ruleset: Ruleset) -> bool:
    waited = reply.at - verdict.opened_at
    return waited < ruleset.deadline or (ruleset.inclusive and waited == ruleset.deadline)


def _parts(reply: ReplyVerdict, said: Mapping[str, Row]) -> Sequence[str]:
    row = said.get(reply.message)
    return row["parts"] if row else ()


def _reply(reply: ReplyVerdict) -> dict[str, Any]:
    return {
        "message": reply.message,
        "class": reply.reply_class.value,
        "counts": reply.counts,
        "reason": reply.reason.value,
    }


def is_unanswered(row: Row) -> bool:
    """Say whether a posted inquiry still has no valid reply, and is not excluded."""
    return row["response_ms"] is None and not row["reason"].startswith("excluded")


def passes(row: Row, now: int) -> bool:
    """Say whether a limit of a posted inquiry has passed (ms) that still ran when it was judged."""
    late: bool = row["reason"] == Reason.PENDING and row["due_at"] < now
    return late or (row["night"] == Night.PENDING and row["night_due_at"] < now)


def by_people(row: Row) -> bool:
    """Say whether people are among those who replied to a posted inquiry."""
    return any(reply["class"] in _PEOPLE for reply in row["replies"])


def stake(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of an inquiry is money in the books: a change of it is a new posting."""
    return (row["reason"], row["in_denominator"], row["counted"], row["response_ms"], row["night"], row["ruleset"])


def line_of(one: Conversation, now: int, row: Mapping[str, Any], sign: int) -> Line:
    """The posting of an inquiry (+1), or the one that reverses it (−1)."""
    body = {
        "sign": sign,
        "reason": row["reason"],
        "numerator": sign * int(row["counted"]),
        "denominator": sign * int(row["in_denominator"]),
        "day": row["day"],
        "response_ms": row["response_ms"],
        "decided_by": row["decided_by"],
        "rule": row["rule"],
        "ruleset": row["ruleset"],
    }
    return Line(one.shop, now, "posting", row["id"], one.id, body)
