"""报备: spam and abuse reported to the platform, followed until it has decided, with what they do to the rate.

Each step is an event of the books (a ``report`` of the message, with its status), so verdicts follow by themselves. A
notice given beforehand for a span is kept beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounting.event import Event
from bot.accounting.scorecard import Rate
from bot.core.message import Kind, Sender
from bot.service.books import Books, events_of
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.figures import rate_facts
from bot.service.moves import Moves
from bot.service.refusal import Because, Refusal
from bot.service.sheet_files import written
from bot.service.statements import rate_of
from bot.store import conversations as convs
from bot.store import messages, reading
from bot.store import reports as stored
from bot.store.engine import Store
from bot.store.ids import from_ms, new_id, to_ms
from bot.store.journal import Line, append
from bot.store.reading import rates

FILED, ACCEPTED, REJECTED = "filed", "accepted", "rejected"
STATUSES = (FILED, ACCEPTED, REJECTED)
PRIOR_NOTICE = "prior_notice"
NOTE_AT_MOST = 500
_WORDS = {
    "spam": "广告 spam", "abuse": "辱骂 abuse", PRIOR_NOTICE: "提前报备 prior notice",
    FILED: "已报备 filed", ACCEPTED: "平台通过 accepted", REJECTED: "驳回 rejected",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a report at the platform: status and local day (None: today), with a note."""

    status: str
    day: date | None = None
    note: str = ""


class Reports:
    """Keeps reports."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks, moves: Moves, books: Books) -> None:
        self._store, self._directory, self._clocks, self._moves, self._books = store, directory, clocks, moves, books

    async def file(self, conversation: str, line: str, kind: str, step: Step, *, by: str) -> str:
        """Report a buyer's message as ``spam`` or ``abuse``; the report's id. The same twice is one report.

        Raises:
            Refusal: the line is no buyer's message of this conversation, or a day to come.
        """
        return await self._store.write(self._file, conversation, line, kind, step, by)

    async def notice(self, shop: str, start: datetime, end: datetime, step: Step, *, by: str) -> str:
        """Keep a notice given to the platform beforehand for a span ``[start, end)``; its id.

        Raises:
            Refusal: the span is empty, or a day to come.
        """
        if end <= start:
            raise _wrong("/to", "结束要晚于开始。", "The end comes after the start.")
        made = self._row(shop, PRIOR_NOTICE, step, by) | {"from_at": to_ms(start), "to_at": to_ms(end)}
        await self._store.write(self._save, made, step, by)
        return str(made["id"])

    async def step(self, shop: str, report: str, step: Step, *, by: str) -> None:
        """Write down what the platform did with a report.

        Raises:
            Refusal: no such report, or a day to come.
        """
        await self._store.write(self._step, shop, report, step, by)

    async def listing(self, shop: str, status: str, days: int) -> dict[str, Any]:
        """A shop's reports (``status`` empty: all), and its rate over the last days as it is, without any report, and
        if the platform accepted all that are open."""
        return await self._store.read(self._listing, shop, status, days)

    async def export(self, shop: str, kind: str) -> bytes:
        """All reports of a shop with the words around each as evidence, as a file (``xlsx`` or ``csv``)."""
        return await self._store.read(self._export, shop, kind)

    def _row(self, shop: str, kind: str, step: Step, by: str) -> dict[str, Any]:
        return {
            "shop": shop,
            "id": new_id(self._clocks.real()),
            "kind": kind,
            "conversation": None,
            "target": None,
            "from_at": None,
            "to_at": None,
            "status": step.status,
            "note": step.note[:NOTE_AT_MOST],
            "steps": [self._noted(shop, step, by)],
            "at": self._clocks.now_ms(shop),
        }

    def _noted(self, shop: str, step: Step, by: str) -> dict[str, Any]:
        today = self._clocks.now(shop).astimezone(ZONE).date()
        day = step.day or today
        if day > today:
            raise _wrong("/day", "日期还没到。", "That day is yet to come.")
        return {"status": step.status, "day": day.isoformat(), "by": by, "at": self._clocks.now_ms(shop)}

    async def of_conversation(self, shop: str, conversation: str) -> list[dict[str, Any]]:
        """The reports of a conversation's messages as they stand, each with its steps; times in ms."""
        return await self._store.read(self._of_conversation, shop, conversation)

    def _of_conversation(self, conn: sa.Connection, shop: str, conversation: str) -> list[dict[str, Any]]:
        rows = self._known(conn, shop, conversation)
        names = reading.names(conn, {step["by"] for row in rows for step in row["steps"]})
        return [_shown(row, names) for row in rows]

    def _file(self, conn: sa.Connection, conversation: str, line: str, kind: str, step: Step, by: str) -> str:
        one = self._moves.load(conn, conversation)
        target = stored.buyers_line(conn, conversation, line)
        if target is None:
            raise _wrong("/line", "只能报备买家发的消息。", "Only a buyer's message can be reported.")
        known = stored.of_target(conn, one.shop, line, kind)
        if known is not None:
            return str(known["id"])
        row = self._row(one.shop, kind, step, by) | {"conversation": conversation, "target": line}
        self._save(conn, row, step, by)
        self._tell_books(conn, row, step, by)
        return str(row["id"])

    def _step(self, conn: sa.Connection, shop: str, report: str, step: Step, by: str) -> None:
        row = stored.one(conn, shop, report)
        if row is None:
            raise Refusal(Because.UNKNOWN, "not_found", "没有这条报备。", "No such report.")
        noted = self._noted(shop, step, by)
        row |= {"status": step.status, "steps": [*row["steps"], noted], "note": step.note[:NOTE_AT_MOST] or row["note"]}
        self._save(conn, row, step, by)
        if row["target"]:
            self._tell_books(conn, row, step, by)

    def _save(self, conn: sa.Connection, row: Mapping[str, Any], step: Step, by: str) -> None:
        stored.save(conn, row)
        body = {"by": by, "type": row["kind"], "status": step.status}
        append(
            conn, [Line(row["shop"], self._clocks.now_ms(row["shop"]), "report", row["id"], row["conversation"], body)]
        )

    def _tell_books(self, conn: sa.Connection, row: Mapping[str, Any], step: Step, by: str) -> None:
        one = self._moves.load(conn, row["conversation"])
        meta = {"type": row["kind"], "status": step.status, "report": row["id"]}
        said = stored.buyers_line(conn, one.id, row["target"])
        self._moves.tell_books(
            conn, one, Kind.REPORT, by, said["at"] if said else None, meta=meta, target=row["target"]
        )
        convs.save(conn, [one])

    def _listing(self, conn: sa.Connection, shop: str, status: str, days: int) -> dict[str, Any]:
        rows = self._known(conn, shop)
        names = reading.names(conn, {step["by"] for row in rows for step in row["steps"]})
        return {
            "items": [_shown(row, names) for row in rows if not status or row["status"] == status],
            "open": sum(row["status"] == FILED for row in rows),
            "rates": self._rates(conn, shop, rows, days),
        }

    def _known(self, conn: sa.Connection, shop: str, conversation: str | None = None) -> list[dict[str, Any]]:
        """A shop's reports (or a conversation's) as they stand: what the platform itself told last counts before what
        we wrote down."""
        rows = stored.of_shop(conn, shop, conversation)
        told = stored.told(conn, [row["target"] for row in rows if row["target"]])
        last = {(one["target"], one["meta"].get("type")): one for one in told}
        for row in rows:
            said = last.get((row["target"], row["kind"]))
            if said is not None and said["by"] is None and said["at"] >= row["steps"][-1]["at"]:
                row["status"] = said["meta"].get("status", FILED)
        return rows

    def _rates(self, conn: sa.Connection, shop: str, rows: Sequence[Mapping[str, Any]], days: int) -> dict[str, Any]:
        last = self._clocks.now(shop).astimezone(ZONE).date()
        first = last - timedelta(days=days - 1)
        now = rate_of(rates.sums(conn, shop, first.isoformat(), last.isoformat()))
        without, accepted = now, now
        for cid, one in convs.load(conn, {row["conversation"] for row in rows if row["conversation"]}).items():
            events = events_of(messages.of_conversations(conn, {cid: 0})[cid])
            mine = [row for row in rows if row["conversation"] == cid and row["status"] == FILED]
            as_it_is = self._in(one, events, first)
            without = _moved(without, as_it_is, self._in(one, [e for e in events if e.kind != "report"], first))
            also = [self._accepted(one.id, row) for row in mine]
            accepted = _moved(accepted, as_it_is, self._in(one, [*events, *also], first))
        facts = {"now": now, "without_reports": without, "if_accepted": accepted}
        return {"days": days, **{name: rate_facts(rate) for name, rate in facts.items()}}

    def _in(self, one: Any, events: Sequence[Event], first: date) -> Rate:
        """A conversation's part of both sides of the rate since a day, judged from these events."""
        found = [
            v for v in self._books.of_events(one, events).inquiries if v.opened_at.astimezone(ZONE).date() >= first
        ]
        return Rate(sum(v.counted for v in found), sum(v.in_denominator for v in found))

    def _accepted(self, conversation: str, row: Mapping[str, Any]) -> Event:
        meta = {"type": row["kind"], "target": row["target"], "status": ACCEPTED}
        now = self._clocks.now(row["shop"])
        return Event(f"if-{row['id']}", now, conversation, Sender.SYSTEM.value, "report", "", meta)

    def _export(self, conn: sa.Connection, shop: str, kind: str) -> bytes:
        rows = self._known(conn, shop)
        names = reading.names(conn, {step["by"] for row in rows for step in row["steps"]})
        headers = [
            "编号 report", "类型 type", "状态 status", "买家 buyer", "会话 conversation", "消息时间 said at", "消息 message",
            "前后对话 around it", "经过 steps", "备注 note", "开始 from", "结束 to",
        ]  # fmt: skip
        return written(kind, "报备 reports", headers, [_cells(conn, row, names) for row in rows])


def _moved(rate: Rate, one: Rate, other: Rate) -> Rate:
    return Rate(
        rate.numerator - one.numerator + other.numerator, rate.denominator - one.denominator + other.denominator
    )


def _shown(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "kind", "status", "conversation", "target", "note", "text")},
        "buyer": {"id": row["buyer_id"], "name": row["buyer_name"]} if row["conversation"] else None,
        **{name: row[name] for name in ("said_at", "from_at", "to_at", "at")},
        "steps": [{**step, "by": {"id": step["by"], "name": names[step["by"]]}} for step in row["steps"]],
    }


def _time(ms: int | None) -> str:
    return "" if ms is None else from_ms(ms).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _cells(conn: sa.Connection, row: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    lines = stored.around(conn, row["conversation"], row["said_at"]) if row["said_at"] is not None else []
    talk = "\n".join(f"{_time(line['at'])} {line['sender']}: {line['text']}" for line in lines)
    steps = "\n".join(f"{step['day']} {_WORDS[step['status']]} {names[step['by']]}" for step in row["steps"])
    return [
        row["id"], _WORDS[row["kind"]], _WORDS.get(row["status"], row["status"]), row["buyer_name"] or row["buyer_id"] or "",
        row["conversation"] or "", _time(row["said_at"]), row["text"] or "", talk, steps, row["note"],
        _time(row["from_at"]), _time(row["to_at"]),
    ]  # fmt: skip


def _wrong(pointer: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, "report", zh, en, pointer=pointer)
