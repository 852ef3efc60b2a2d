"""One inquiry explained: judged again as it stands, with all that was seen and what settled it, in words and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.accounting.explained import clock_from, in_full
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import ReplyVerdict, Verdict, seconds
from bot.accounting.words import explain, explain_reply
from bot.service.books import Books
from bot.service.figures import plain_value, ruleset_facts
from bot.store import conversations as convs
from bot.store import messages, rules
from bot.store.engine import Store
from bot.store.ids import from_ms
from bot.store.reading import rates


class Explaining:
    """Explains inquiries."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store, self._books = store, books

    async def explain(self, inquiry_id: str) -> dict[str, Any] | None:
        """Say in words and data how one inquiry counts; None if there is no such inquiry. Times are UTC."""
        return await self._store.read(self._explain, inquiry_id)

    def _explain(self, conn: sa.Connection, inquiry_id: str) -> dict[str, Any] | None:
        row = rates.one(conn, inquiry_id)
        if row is None:
            return None
        one = convs.load(conn, [row["conversation"]])[row["conversation"]]
        ruleset, books = self._books.judge(conn, one, row["opened_at"])
        verdict = next((v for v in books.inquiries if v.opened_by == row["id"]), None)
        replies = [r for r in books.replies if r.inquiry == row["id"]]
        said = messages.texts(conn, [row["id"], *(reply.message for reply in replies)])
        return {
            "id": row["id"],
            "shop": row["shop"],
            "conversation": row["conversation"],
            "reason": row["reason"],
            "rule": row["rule"],
            "value": plain_value(ruleset, row["rule"]),
            "basis": ruleset.basis(row["rule"]),
            "changed": _changed(conn, row["shop"], row["rule"]),
            "waived": row["waived"],
            "owed": row["owed"],
            "night": row["night"],
            "ruleset": ruleset_facts(ruleset),
            "text": said.get(row["id"], ""),
            "sentence": explain(verdict, ruleset) if verdict else {"zh": "", "en": ""},
            "lines": in_full(verdict, replies, ruleset) if verdict else {"zh": [], "en": []},
            "clock": _clock(verdict, ruleset) if verdict else None,
            "replies": _replies(verdict, replies, ruleset, said),
        }


def _changed(conn: sa.Connection, shop: str, rule: str) -> dict[str, Any] | None:
    """Who last changed the parameter that settled it (or one under its name) in this shop, when and why."""
    for one in rules.changes(conn, shop):
        if one["name"] == rule or one["name"].startswith(f"{rule}."):
            name = rates.names(conn, [one["by"]]).get(one["by"], one["by"])
            return {**one, "by_name": name, "at": from_ms(one["at"]).isoformat()}
    return None


def _clock(verdict: Verdict, ruleset: Ruleset) -> dict[str, Any]:
    started = clock_from(verdict, ruleset)
    return {
        "opened_at": verdict.opened_at.isoformat(),
        "inside": ruleset.assesses(verdict.opened_at.astimezone(ruleset.zone)),
        "from": started.isoformat() if started else None,
        "due_at": verdict.due_at.isoformat() if verdict.due_at else None,
        "inclusive": ruleset.inclusive,
        "night_due_at": verdict.night_due_at.isoformat() if verdict.night_due_at else None,
        "response_s": verdict.response_s,
        "decided_by": verdict.decided_by,
    }


def _replies(
    verdict: Verdict | None, replies: Sequence[ReplyVerdict], ruleset: Ruleset, said: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "message": reply.message,
            "at": reply.at.isoformat(),
            "after_s": seconds(reply.at - verdict.opened_at) if verdict else None,
            "class": reply.reply_class.value,
            "counts": reply.counts,
            "reason": reply.reason.value,
            "text": said.get(reply.message, ""),
            "sentence": explain_reply(reply, ruleset, verdict.rule if verdict else ""),
        }
        for reply in replies
    ]
