"""Keeping the books: after every change the touched conversation is folded again, and the difference is posted.

Late events, recalls and reports need no second algorithm: the fold starts at the last inquiry that nothing new can
touch, and what comes out differently is reversed and posted anew. A recount of everything gives the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.books import Books as Judged
from bot.accounting.books import judge_conversation
from bot.accounting.event import Event, from_message
from bot.accounting.inquiry import ChannelFacts
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Reason, ReplyVerdict, Verdict
from bot.core.message import Kind, Origin, Sender
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.store import inquiries, messages, timers
from bot.store.conversations import Conversation
from bot.store.ids import from_ms, to_ms
from bot.store.journal import Line, append
from bot.store.timers import Timer

MILLISECOND = timedelta(milliseconds=1)
KEPT = 2
"""How many of a conversation's latest inquiries are always folded again."""


class Books:
    """Folds conversations inside the writer's transaction."""

    def __init__(self, directory: Directory, clocks: Clocks) -> None:
        self._directory, self._clocks = directory, clocks

    def refold(self, conn: sa.Connection, loaded: Mapping[str, Conversation], floors: Mapping[str, int]) -> None:
        """Bring inquiries and the conversations' deadlines up to date.

        ``floors``: for a conversation the earliest time (ms) that something new speaks of. The conversations are
        changed in memory; the caller saves them. Inquiries, postings and deadline timers are written.
        """
        if not loaded:
            return
        posted = inquiries.of_conversations(conn, loaded.keys())
        since = {one: _start(posted[one], floors.get(one)) for one in loaded}
        said = messages.of_conversations(conn, since)
        saves: list[dict[str, Any]] = []
        lines: list[Line] = []
        due: list[Timer] = []
        for cid, one in loaded.items():
            fresh = self._fold(one, said[cid])
            old = {row["id"]: row for row in posted[cid] if row["opened_at"] >= since[cid]}
            self._post(conn, one, old, fresh, saves, lines)
            kept = [row for row in posted[cid] if row["opened_at"] < since[cid]]
            _settle(one, [*kept, *fresh], due)
        inquiries.save(conn, saves)
        append(conn, lines)
        timers.put(conn, due)

    def judge(self, conn: sa.Connection, one: Conversation, since: int) -> tuple[Ruleset, Judged]:
        """Judge a conversation from a time on (ms), as it stands now, and say under which rules."""
        return self._judge(one, messages.of_conversations(conn, {one.id: since})[one.id])

    def _judge(self, one: Conversation, rows: Sequence[Mapping[str, Any]]) -> tuple[Ruleset, Judged]:
        now = self._clocks.now(one.shop)
        first = from_ms(rows[0]["at"]) if rows else now
        ruleset = self._directory.ruleset(self._directory.shops[one.shop], first.astimezone(ZONE).date())
        events = [event for event in map(event_of, rows) if event is not None]
        return ruleset, judge_conversation(events, ruleset, now, self._facts(one))

    def _fold(self, one: Conversation, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if not rows:
            return []
        ruleset, judged = self._judge(one, rows)
        replies: dict[str, list[dict[str, Any]]] = {}
        for reply in judged.replies:
            if reply.inquiry:
                replies.setdefault(reply.inquiry, []).append(_reply(reply))
        ours = {row["id"] for row in rows if "answer" in row["parts"]}
        return [_row(one, verdict, ruleset, replies.get(verdict.opened_by, []), ours) for verdict in judged.inquiries]

    def _facts(self, one: Conversation) -> ChannelFacts:
        channel = self._directory.channels[one.channel]
        able = self._directory.adapter(channel).capabilities(channel)
        return ChannelFacts(sees_human_replies=able.sees_human_replies, api_sent_counts=able.api_sent_counts)

    def _post(
        self,
        conn: sa.Connection,
        one: Conversation,
        old: Mapping[str, dict[str, Any]],
        fresh: Sequence[dict[str, Any]],
        saves: list[dict[str, Any]],
        lines: list[Line],
    ) -> None:
        now = self._clocks.now_ms(one.shop)
        for row in fresh:
            before = old.get(row["id"])
            if before is not None:
                row["waived"] = before["waived"]
                row["owed"] = row["owed"] and not before["waived"]
            if before == row:
                continue
            saves.append(row)
            if before is None or _stake(before) != _stake(row):
                lines += [_line(one, now, before, -1)] if before else []
                lines.append(_line(one, now, row, +1))
        gone = old.keys() - {row["id"] for row in fresh}
        inquiries.remove(conn, one.shop, gone)
        lines += [_line(one, now, old[i], -1) for i in sorted(gone)]


def event_of(row: Mapping[str, Any]) -> Event | None:
    """A stored message as an event of the books; None where nothing was said.

    A send whose ending is unknown is of unknown class until it is confirmed.
    """
    parts, meta = row["parts"], row["meta"]
    if "target_id" in meta:
        meta = {**meta, "target": meta["target_id"]}
    return from_message(
        id=row["id"],
        at=from_ms(row["at"]),
        conversation=row["conversation"],
        sender=Sender.UNKNOWN if row["doubtful"] else Sender(row["sender"]),
        origin=Origin(row["origin"] or Origin.UNKNOWN),
        kind=Kind(row["kind"]),
        text=row["text"],
        meta=meta,
        notice=parts[0] if parts and "answer" not in parts else None,
        by_api=row["by"] is not None,
    )


def _start(posted: Sequence[Mapping[str, Any]], floor: int | None) -> int:
    """The opening time from which to fold again: nothing before it can change."""
    if not posted:
        return 0
    openings: list[int] = [row["opened_at"] for row in posted[-KEPT:]] + [
        row["opened_at"] for row in posted if row["open"]
    ]
    if floor is not None:
        before = [row["opened_at"] for row in posted if row["opened_at"] <= floor]
        openings.append(before[-1] if before else 0)
    return min(openings)


def _row(
    one: Conversation, verdict: Verdict, ruleset: Ruleset, replies: list[dict[str, Any]], ours: Collection[str]
) -> dict[str, Any]:
    # Where every turn must be answered, an inquiry with a valid reply is open again while a later turn waits.
    answered = verdict.response is not None and not verdict.owed and verdict.reason is not Reason.PENDING
    excluded = verdict.reason.startswith("excluded")
    return {
        "shop": one.shop,
        "id": verdict.opened_by,
        "conversation": one.id,
        "opened_at": to_ms(verdict.opened_at),
        "day": verdict.opened_at.astimezone(ZONE).date().isoformat(),
        "reason": verdict.reason.value,
        "eligible": verdict.eligible,
        "in_denominator": verdict.in_denominator,
        "counted": verdict.counted,
        "response_ms": verdict.response // MILLISECOND if verdict.response is not None else None,
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
        "bot_answered": any(reply["message"] in ours for reply in replies),
        "replies": replies,
    }


def _reply(reply: ReplyVerdict) -> dict[str, Any]:
    return {
        "message": reply.message,
        "class": reply.reply_class.value,
        "counts": reply.counts,
        "reason": reply.reason.value,
    }


def _stake(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of an inquiry is money in the books: a change of it is a new posting."""
    return (row["reason"], row["in_denominator"], row["counted"], row["response_ms"], row["night"], row["ruleset"])


def _line(one: Conversation, now: int, row: Mapping[str, Any], sign: int) -> Line:
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


def _settle(one: Conversation, rows: Sequence[Mapping[str, Any]], due: list[Timer]) -> None:
    """Give a conversation what its inquiries say: the latest one, what is open and owed, and by when."""
    if not rows:
        return
    latest = rows[-1]
    if one.inquiry != latest["id"]:
        # A former inquiry that is gone was joined by an earlier message: what was said in it was said in this one.
        anew = one.inquiry is None or any(row["id"] == one.inquiry for row in rows)
        one.said, one.asked = ([], []) if anew else (one.said, one.asked)
        one.inquiry, one.inquiry_at = latest["id"], latest["opened_at"]
    undone = [row for row in rows if row["open"] and not row["waived"]]
    first = undone[0] if undone else None
    one.open = bool(undone)
    one.owed = any(row["owed"] for row in rows)
    one.by_person = latest["by_person"]
    one.bot_answered = bool(first and first["bot_answered"])
    one.in_hours = first["reason"] != "outside_hours" if first else None
    one.due_at = first["due_at"] if first else None
    one.night_due_at = first["night_due_at"] if first else None
    if one.inquiry_at is not None and first:
        one.inquiry_at = first["opened_at"]
    waits = [row["due_at"] for row in undone if row["reason"] == "pending" and row["due_at"]]
    waits += [row["night_due_at"] for row in undone if row["night"] == "pending" and row["night_due_at"]]
    if waits:
        # One millisecond past the limit: at the limit itself a reply is still in time.
        due.append(Timer(one.shop, "deadline", one.id, min(waits) + 1))
