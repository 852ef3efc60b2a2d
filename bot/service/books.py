"""Keeping the books: after every change the touched conversation is folded again, and the difference is posted.

Late events, recalls and reports need no second algorithm: the fold starts at the last inquiry that nothing new can
touch, and what comes out differently is reversed and posted anew. A recount of everything gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from adapters.base import Channel
from bot.accounting.books import Books as Judged
from bot.accounting.books import adds_nothing
from bot.accounting.dated import judge_dated
from bot.accounting.event import Event, from_message
from bot.accounting.inquiry import ApiSent, ChannelFacts
from bot.accounting.ruleset import Ruleset
from bot.accounting.verdict import Verdict
from bot.core.message import Kind, Origin, Sender
from bot.core.notices import GREETED, Notice
from bot.service.clocks import Clocks
from bot.service.directory import Directory
from bot.service.marking import TIMER as MARKS
from bot.service.marking import Marking, Marks
from bot.service.nights import mornings
from bot.service.posting import by_people, is_unanswered, line_of, passes, rows_of, stake
from bot.store import inquiries, messages, rollups, timers
from bot.store.conversations import Conversation
from bot.store.ids import from_ms
from bot.store.journal import Line, append
from bot.store.timers import Timer

KEPT = 2
"""How many of a conversation's latest inquiries are always folded again."""


class Books:
    """Folds conversations inside the writer's transaction."""

    def __init__(self, directory: Directory, clocks: Clocks) -> None:
        self._directory, self._clocks = directory, clocks
        self._known: dict[str, tuple[Channel, ChannelFacts]] = {}
        self._marking = Marking(directory, clocks)

    def refold(
        self,
        conn: sa.Connection,
        loaded: Mapping[str, Conversation],
        floors: Mapping[str, int],
        asked: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Bring inquiries and the conversations' deadlines up to date.

        ``floors``: for a conversation the earliest time (ms) that something new speaks of. ``asked``: the conversations
        of which nothing is new but buyer's lines nobody has spoken of yet, with their times (ms): where those add
        nothing to what was posted, it is not judged again. The conversations are changed in memory; the caller saves
        them. Inquiries, postings and deadline timers are written.
        """
        if asked:
            loaded = self._touched(conn, loaded, asked)
        if not loaded:
            return
        posted = inquiries.of_conversations(conn, loaded.keys())
        since = {cid: self._since(one, posted[cid], floors.get(cid)) for cid, one in loaded.items()}
        said = messages.of_conversations(conn, since)
        saves: list[dict[str, Any]] = []
        lines: list[Line] = []
        sums: list[tuple[int, Mapping[str, Any]]] = []
        due: list[Timer] = []
        marks = self._marking.begin(conn, loaded, [row for rows in said.values() for row in rows])
        for cid, one in loaded.items():
            fresh, more = self._fold(one, said[cid], marks)
            due += more
            old = {row["id"]: row for row in posted[cid] if row["opened_at"] >= since[cid]}
            self._post(conn, one, old, fresh, saves, lines, sums)
            kept = [row for row in posted[cid] if row["opened_at"] < since[cid]]
            _settle(one, [*kept, *fresh], due)
        inquiries.save(conn, saves)
        rollups.add(conn, sums)
        append(conn, lines)
        timers.put(conn, due)

    def _touched(
        self, conn: sa.Connection, loaded: Mapping[str, Conversation], asked: Mapping[str, Sequence[int]]
    ) -> dict[str, Conversation]:
        """The conversations whose books may change; left out are those in which buyers only go on asking."""
        now = {shop: self._clocks.now_ms(shop) for shop in {one.shop for one in loaded.values()}}
        plain = {shop for shop in now if not self._marking.has_set(shop)}
        posted = inquiries.briefly_of(conn, [cid for cid in asked if cid in loaded and loaded[cid].shop in plain])
        return {
            cid: one
            for cid, one in loaded.items()
            if cid not in posted or not self._goes_on(one, posted[cid], asked[cid], now[one.shop])
        }

    def _goes_on(self, one: Conversation, posted: Sequence[Mapping[str, Any]], times: Iterable[int], now: int) -> bool:
        """Whether a conversation's books stay as posted: the lines of these times join its latest inquiry, which
        nobody has answered, and no limit has passed since it was judged."""
        if not posted or not is_unanswered(posted[-1]) or any(passes(row, now) or by_people(row) for row in posted):
            return False
        opened = from_ms(posted[-1]["opened_at"])
        rules = self._directory.rules_at(one.shop)(opened)
        return rules.version == posted[-1]["ruleset"] and all(adds_nothing(rules, opened, from_ms(at)) for at in times)

    def look_again(self, conn: sa.Connection, one: Conversation) -> None:
        """Something happened that is no message (a closing): have the conversation's marks worked out anew, soon."""
        if self._marking.has_set(one.shop):
            timers.put(conn, [Timer(one.shop, MARKS, one.id, self._clocks.now_ms(one.shop))])

    def judge(self, conn: sa.Connection, one: Conversation, since: int) -> tuple[Ruleset, Judged]:
        """Judge a conversation from a time on (ms), as it stands now, and say under which rules its first day stood."""
        rows = messages.of_conversations(conn, {one.id: since})[one.id]
        return self.rules_of(one, rows), self.of_events(one, events_of(rows))

    def rules_of(self, one: Conversation, rows: Sequence[Mapping[str, Any]]) -> Ruleset:
        """The rules in force on the day of the first of these messages; today's where there is none."""
        return self._directory.rules_at(one.shop)(from_ms(rows[0]["at"]) if rows else self._clocks.now(one.shop))

    def of_events(self, one: Conversation, events: Sequence[Event], facts: ChannelFacts | None = None) -> Judged:
        """Judge a conversation from these events alone, as of now; its channel may be taken to be otherwise."""
        rules_at = self._directory.rules_at(one.shop)
        return judge_dated(events, rules_at, self._clocks.now(one.shop), facts or self._facts(one))

    def _fold(
        self, one: Conversation, rows: Sequence[Mapping[str, Any]], marks: Marks
    ) -> tuple[list[dict[str, Any]], list[Timer]]:
        """The inquiries of a conversation; and when the desk must be told of them, or time alone changes something."""
        if not rows:
            return [], []
        now, events = self._clocks.now(one.shop), events_of(rows)
        judged = self.of_events(one, events)
        marked, turns = marks.of(one, events, judged.inquiries, now)
        fresh = rows_of(one, judged, self._without_api(one, rows, events), rows)
        for row in fresh:
            row["marks"] = marked.get(row["id"], {})
        return fresh, [*turns, *mornings(fresh, self._directory.rules_at(one.shop), now)]

    def _without_api(
        self, one: Conversation, rows: Sequence[Mapping[str, Any]], events: Sequence[Event]
    ) -> Mapping[str, Verdict] | None:
        """Judge as if replies sent by API counted for nothing, while nobody knows whether they do; None where that is
        known, or where no person replied by API and so nothing can differ."""
        facts = self._facts(one)
        by_api = any(row["sender"] == Sender.AGENT.value and row["by"] is not None for row in rows)
        if facts.api_sent_counts != ApiSent.UNKNOWN or not by_api:
            return None
        judged = self.of_events(one, events, replace(facts, api_sent_counts=ApiSent.NO))
        return {verdict.opened_by: verdict for verdict in judged.inquiries}

    def _since(self, one: Conversation, posted: Sequence[Mapping[str, Any]], floor: int | None) -> int:
        """From which opening to fold again. Counted without replies by API, inquiries reach back further: to the
        first of a local day, which opens whatever was said before, where the rules have days roll over."""
        start = _start(posted, floor)
        if not start or self._facts(one).api_sent_counts != ApiSent.UNKNOWN:
            return start
        if not self._directory.rules_at(one.shop)(self._clocks.now(one.shop)).day_rollover:
            return 0
        day = next(row["day"] for row in posted if row["opened_at"] == start)
        first: int = min(row["opened_at"] for row in posted if row["day"] == day)
        return first

    def _facts(self, one: Conversation) -> ChannelFacts:
        channel = self._directory.channels[one.channel]
        known = self._known.get(one.channel)
        if known is None or known[0] is not channel:
            able = self._directory.adapter(channel).capabilities(channel)
            facts = ChannelFacts(sees_human_replies=able.sees_human_replies, api_sent_counts=able.api_sent_counts)
            known = self._known[one.channel] = (channel, facts)
        return known[1]

    def _post(
        self,
        conn: sa.Connection,
        one: Conversation,
        old: Mapping[str, dict[str, Any]],
        fresh: Sequence[dict[str, Any]],
        saves: list[dict[str, Any]],
        lines: list[Line],
        sums: list[tuple[int, Mapping[str, Any]]],
    ) -> None:
        now = self._clocks.now_ms(one.shop)
        for row in fresh:
            before = old.get(row["id"])
            if before is not None:
                row["waived"], row["opened_ms"] = before["waived"], before["opened_ms"]
                row["owed"] = row["owed"] and not before["waived"]
            if before == row:
                continue
            saves.append(row)
            sums += [(-1, before), (+1, row)] if before else [(+1, row)]
            if before is None or stake(before) != stake(row):
                lines += [line_of(one, now, before, -1)] if before else []
                lines.append(line_of(one, now, row, +1))
        gone = old.keys() - {row["id"] for row in fresh}
        inquiries.remove(conn, one.shop, gone)
        sums += [(-1, old[i]) for i in gone]
        lines += [line_of(one, now, old[i], -1) for i in sorted(gone)]


_SENDERS = {one.value: one for one in Sender}
_ORIGINS = {one.value: one for one in Origin}
_KINDS = {one.value: one for one in Kind}


def event_of(row: Mapping[str, Any]) -> Event | None:
    """A stored message as an event of the books; None where nothing was said.

    A send whose ending is unknown is of unknown class until it is confirmed.
    """
    parts, meta = row["parts"], row["meta"]
    if row["target"] is not None:
        # The platform's name of the message gives way to ours.
        meta = {**meta, "target": row["target"]}
    return from_message(
        id=row["id"],
        at=from_ms(row["at"]),
        conversation=row["conversation"],
        sender=Sender.UNKNOWN if row["doubtful"] else _SENDERS[row["sender"]],
        origin=_ORIGINS[row["origin"]] if row["origin"] else Origin.UNKNOWN,
        kind=_KINDS[row["kind"]],
        text=row["text"],
        meta=meta,
        notice=parts[0] if parts and "answer" not in parts else None,
        by_api=row["by"] is not None,
    )


def events_of(rows: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Stored messages as events of the books, without those in which nothing was said."""
    return [event for event in map(event_of, rows) if event is not None]


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


def _nearest(undone: Sequence[Mapping[str, Any]], limit: str, state: str) -> int | None:
    """The nearest limit that can still be kept, else the one missed first: an old miss hides no running clock."""
    running = [row[limit] for row in undone if row[limit] and row[state] == "pending"]
    return min(running or [row[limit] for row in undone if row[limit]], default=None)


def _settle(one: Conversation, rows: Sequence[Mapping[str, Any]], due: list[Timer]) -> None:
    """Give a conversation what its inquiries say: the latest one, what is open and owed, and by when."""
    if not rows:
        return
    latest = rows[-1]
    if one.inquiry != latest["id"]:
        # A former inquiry that is gone was joined by an earlier message: what was said in it was said in this one.
        anew = one.inquiry is None or any(row["id"] == one.inquiry for row in rows)
        if anew:
            one.said, one.asked = [Notice.WELCOME.value] if GREETED in one.said else [], []
        one.inquiry, one.inquiry_at = latest["id"], latest["opened_at"]
    undone = [row for row in rows if row["open"] and not row["waived"]]
    first = undone[0] if undone else None
    one.open = bool(undone)
    one.owed = any(row["owed"] for row in rows)
    one.by_person = latest["by_person"]
    one.bot_answered = bool(undone) and all(row["bot_answered"] for row in undone)
    one.in_hours = any(row["reason"] != "outside_hours" for row in undone) if undone else None
    one.due_at = _nearest(undone, "due_at", "reason")
    one.night_due_at = _nearest(undone, "night_due_at", "night")
    if one.inquiry_at is not None and first:
        one.inquiry_at = first["opened_at"]
    # Also what a person closed without a reply runs out: nobody owes it any more, but the books say how it ended.
    running = [row for row in rows if row["open"]]
    waits = [row["due_at"] for row in running if row["reason"] == "pending" and row["due_at"]]
    waits += [row["night_due_at"] for row in running if row["night"] == "pending" and row["night_due_at"]]
    if waits:
        # One millisecond past the limit: at the limit itself a reply is still in time.
        due.append(Timer(one.shop, "deadline", one.id, min(waits) + 1))
