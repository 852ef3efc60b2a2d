"""Anything may happen in any order: buyers, repeats, bad sends, people, restarts, time. After each step the promises hold."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.service.desk import Reply
from bot.service.refusal import Refusal
from bot.store import tables
from bot.store.proof import check
from tests.flow.house import FRAGMENT, INVOICE, PERSON_PLEASE, SHIP, THANKS, UNKNOWN, HandClock, House

BUYERS = st.sampled_from(("b1", "b1", "b1", "b2"))
PEOPLE = st.sampled_from(("amei", "lili"))
TEXTS = st.sampled_from((SHIP, SHIP, INVOICE, INVOICE, UNKNOWN, FRAGMENT, "多久发货，", THANKS, PERSON_PLEASE))
FAULTS = st.sampled_from(("refuse", "rate_limit", "cut_before", "cut_after", "echo_twice", None))
PAUSES = st.sampled_from((1, 3, 8, 61, 181, 600, 1_801, 86_400))
LEASE_S = 1_800
NOTICES = {"welcome": "欢迎光临。", "handoff": "已通知人工客服。", "timed": "48小时内发货，人工稍后补充。"}
DONE = TypeVar("DONE")


@dataclass
class Talk:
    """What the model knows of one buyer's conversation."""

    asked: dict[str, str] = field(default_factory=dict)
    held_by: str | None = None
    active_s: float = 0.0
    may_be_seen: set[str] = field(default_factory=set)
    epoch: int = 0
    closed: bool = False
    touched_after: int = 0
    """How many of the messages a person has had in hand (held, or closed)."""


class Shop(RuleBasedStateMachine):
    """A shop with its bot on, two buyers and two people, on a clock that only the steps move."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.house = House(self.folder / "data", HandClock())
        self.talks: dict[str, Talk] = defaultdict(Talk)
        self.run(self._open())

    async def _open(self) -> None:
        await self.house.open()
        wire = {"echoes_own": True}
        self.channel = await self.house.shop(wire=wire, notices=NOTICES, timed_answer_s=600)

    def run(self, act: Coroutine[Any, Any, DONE]) -> DONE:
        return self.runner.run(act)

    def teardown(self) -> None:
        try:
            assert self.run(self.house.app.store.read(check, "shop")) is None
        finally:
            self.run(self.house.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    @property
    def now_s(self) -> float:
        return self.house.clock.ms / 1000

    @rule(buyer=BUYERS, text=TEXTS)
    def buyer_writes(self, buyer: str, text: str) -> None:
        talk = self.talks[buyer]
        name = f"{buyer}-{len(talk.asked)}"
        talk.asked[name], talk.active_s = text, self.now_s
        talk.closed = False
        assert self.run(self.house.post(self.channel, {"id": name, "text": text, "buyer": buyer})).status == 200
        self._if_held(talk)

    @rule(buyer=BUYERS, pick=st.integers(0, 30))
    @precondition(lambda self: any(talk.asked for talk in self.talks.values()))
    def platform_repeats(self, buyer: str, pick: int) -> None:
        asked = self.talks[buyer].asked
        if asked:
            name = list(asked)[pick % len(asked)]
            again = self.house.post(self.channel, {"id": name, "text": asked[name], "buyer": buyer})
            assert self.run(again).status == 200

    @rule(fault=FAULTS, times=st.sampled_from((1, 2, None)))
    def sends_go_wrong(self, fault: str | None, times: int | None) -> None:
        self.house.break_wire(self.channel, fault, **({"times": times, "seconds": 20} if fault else {}))

    @rule()
    def echoes_come_back(self) -> None:
        for push in self.house.platform.take_pushes(self.channel.key):
            self.run(self.house.deliver(self.channel, push))
        self.run(self.house.settle())

    @rule(buyer=BUYERS)
    def person_writes_in_the_platforms_app(self, buyer: str) -> None:
        talk = self.talks[buyer]
        delivery = self.house.platform.typed_by_agent(self.channel, buyer, f"我是人工，{self.now_s}")
        self.run(self.house.deliver(self.channel, delivery))
        self.run(self.house.settle())
        if talk.held_by is None:
            self._hold(buyer, "outside", [])
        talk.active_s = self.now_s
        self._if_held(talk)

    @rule(buyer=BUYERS, who=PEOPLE)
    @precondition(lambda self: any(talk.asked for talk in self.talks.values()))
    def person_takes_over(self, buyer: str, who: str) -> None:
        if not (self.talks[buyer].asked or self.talks[buyer].epoch):
            return
        free = self.talks[buyer].held_by in (None, who, "outside")
        in_flight = self._desk(free, self.house.app.services.desk.takeover(self._cid(buyer), who))
        if free and self.talks[buyer].held_by != who:
            self._hold(buyer, who, in_flight)

    @rule(buyer=BUYERS, who=PEOPLE)
    @precondition(lambda self: any(talk.asked for talk in self.talks.values()))
    def person_replies(self, buyer: str, who: str) -> None:
        talk = self.talks[buyer]
        if not (talk.asked or talk.epoch):
            return
        free = talk.held_by in (None, who, "outside")
        reply = Reply(f"您好，{who}为您查过了，{self.now_s}")
        self._desk(free, self.house.app.services.desk.reply(self._cid(buyer), who, reply))
        if free and talk.held_by != who:
            self._hold(buyer, who, [])
        if free:
            talk.active_s = self.now_s

    @rule(pick=st.integers(0, 3), who=st.sampled_from(("the one who holds it",) * 4 + ("amei", "lili")))
    @precondition(lambda self: any(talk.held_by for talk in self.talks.values()))
    def person_releases(self, pick: int, who: str) -> None:
        held = [buyer for buyer, talk in self.talks.items() if talk.held_by]
        talk = self.talks[buyer := held[pick % len(held)]]
        who = who if who in ("amei", "lili") else str(talk.held_by)
        self._desk(talk.held_by == who, self.house.app.services.desk.release(self._cid(buyer), who))
        talk.held_by = None if talk.held_by == who else talk.held_by

    @rule(buyer=BUYERS, who=PEOPLE)
    @precondition(lambda self: any(talk.asked for talk in self.talks.values()))
    def person_closes(self, buyer: str, who: str) -> None:
        talk = self.talks[buyer]
        if not (talk.asked or talk.epoch):
            return
        free = talk.held_by in (None, who) and not talk.closed
        self._desk(free, self.house.app.services.desk.close(self._cid(buyer), who, "电话里说好了"))
        if free:
            talk.held_by, talk.closed, talk.touched_after = None, True, len(talk.asked)

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: int) -> None:
        self.run(self.house.later(seconds))
        for buyer, talk in self.talks.items():
            if talk.held_by and self._row(buyer)["owner"] is None:
                assert self.now_s - talk.active_s >= LEASE_S, "released before half an hour of silence"
                row = self._row(buyer)
                assert (row["state"] == "waiting") == row["owed"]
                talk.held_by = None

    @rule()
    def server_dies_and_starts_again(self) -> None:
        self.run(self.house.restart())

    @rule(buyer=BUYERS, texts=st.lists(TEXTS, min_size=1, max_size=3))
    def server_dies_with_a_call_on_the_wire(self, buyer: str, texts: list[str]) -> None:
        talk = self.talks[buyer]
        told = {f"{buyer}-{len(talk.asked) + n}": text for n, text in enumerate(texts)}
        talk.asked |= told
        talk.active_s, talk.closed = self.now_s, False
        self.house.hold_wire()
        items = ({"id": name, "text": text, "buyer": buyer} for name, text in told.items())
        self.run(self.house.post_only(self.channel, *items))
        self.run(self.house.restart())
        self._if_held(talk)

    def _cid(self, buyer: str) -> str:
        return self.house.cid(self.channel, buyer)

    def _row(self, buyer: str) -> dict[str, Any]:
        return self.run(self.house.talk(self.channel, buyer))

    def _desk(self, should: bool, act: Coroutine[Any, Any, Any]) -> Any:
        """Do what a person does; it succeeds exactly where it should."""
        done: Any = None
        try:
            done = self.run(act)
        except Refusal as no:
            done = no
        self.run(self.house.settle())
        assert isinstance(done, Refusal) is not should, f"allowed: {should}, but: {done}"
        return done

    def _hold(self, buyer: str, who: str, in_flight: list[str]) -> None:
        talk = self.talks[buyer]
        talk.held_by, talk.active_s, talk.closed = who, self.now_s, False
        talk.may_be_seen = self._seen_automatic(buyer) | set(in_flight)
        self._if_held(talk)

    def _if_held(self, talk: Talk) -> None:
        if talk.held_by:
            talk.touched_after = len(talk.asked)

    def _seen_automatic(self, buyer: str) -> set[str]:
        lines = self.house.lines(self.channel, buyer)
        return {str(line.reply_id) for line in lines if line.reply_class == "automatic"}

    @invariant()
    def promises_hold(self) -> None:
        for buyer, talk in self.talks.items():
            if talk.asked or talk.epoch or talk.held_by:
                self.run(self._check(buyer, talk))

    async def _check(self, buyer: str, talk: Talk) -> None:
        row = await self.house.talk(self.channel, buyer)
        assert row["owner"] == talk.held_by, "P11: one owner, and it is who the model says"
        assert row["epoch"] >= talk.epoch, "P11: the epoch only rises"
        talk.epoch = row["epoch"]
        if talk.held_by:
            assert self._seen_automatic(buyer) <= talk.may_be_seen, "P10: silence after takeover"
        sends = await self.house.sends(self.channel, buyer)
        said = await self.house.messages(self.channel, buyer)
        asked = [m for m in said if m["sender"] == "buyer"]
        assert Counter(m["platform_id"] for m in asked) == Counter(list(talk.asked)), (
            "P1, P4: each accepted message, once"
        )
        self._check_speech(buyer, sends, said)
        await self._check_notices(row, sends)
        await self._check_ends(talk, row, asked, sends)

    def _check_speech(self, buyer: str, sends: list[dict[str, Any]], said: list[dict[str, Any]]) -> None:
        by_id = {send["id"]: send for send in sends}
        seen = [str(line.reply_id) for line in self.house.lines(self.channel, buyer) if line.reply_id]
        assert len(seen) == len(set(seen)), "P7: nothing is seen twice"
        assert {by_id[send]["status"] for send in seen} <= {"sent", "unknown"}, "P20: what was seen is on our books"
        assert not [send for send in sends if send["status"] == "sending"], "every call has ended"
        answers = Counter(by_id[send]["in_reply_to"] for send in seen if "answer" in by_id[send]["parts"])
        assert max(answers.values(), default=0) <= 1, "P7: one answer to a message"
        classes = {m["id"]: m["reply_class"] for m in said if m["id"] in by_id}
        assert all(by_id[send]["reply_class"] == kind for send, kind in classes.items()), "P20: bot and person"
        assert not [m for m in said if m["sender"] == "agent" and m["id"] not in by_id and "我是人工" not in m["text"]]

    async def _check_notices(self, row: dict[str, Any], sends: list[dict[str, Any]]) -> None:
        i = tables.inquiry
        starts = [one["opened_at"] for one in await self.house.rows(i, i.c.opened_at, conversation=row["id"])]
        said = Counter(
            # A timed answer comes long after its inquiry opened, never with it.
            (sum(start + (part == "timed") <= send["created_at"] for start in starts), part)
            for send in sends
            if send["status"] in ("sent", "unknown")
            for part in send["parts"]
            if part != "answer"
        )
        assert max(said.values(), default=0) <= 1, f"P7: each notice once an inquiry: {said}"

    async def _check_ends(
        self, talk: Talk, row: dict[str, Any], asked: list[dict[str, Any]], sends: list[dict[str, Any]]
    ) -> None:
        decided = {one["id"]: one for one in await self.house.rows(tables.decision, conversation=row["id"])}
        timers = await self.house.rows(tables.timer, kind="wait", ref=row["id"])
        in_hand = {"waiting", "agent"}
        names = list(talk.asked)
        for message in asked:
            if message["waiting"]:
                assert message["id"] in row["pending"], "undecided, and nobody waits for its rest"
                assert timers, "a wait that never ends"
                continue
            end = decided[message["decision"]]
            touched = names.index(message["platform_id"]) < talk.touched_after
            mine = [send for send in sends if send["decision"] == end["id"] and "answer" in send["parts"]]
            if end["outcome"] == "answer":
                assert touched or {send["status"] for send in mine} <= {"sent", "pending"} or row["state"] in in_hand
            elif end["outcome"] == "handoff":
                assert touched or row["state"] in in_hand, "P8: handed off, and in nobody's hands"
            else:
                assert (end["outcome"], end["reason"]) in {
                    ("silence", "person_holds"),
                    ("silence", "small_talk_settled"),
                    ("silence", "duplicate_question"),
                }
        under_way = row["pending"] or any(send["status"] == "pending" for send in sends)
        forgotten = row["state"] == "bot" and row["open"] and not row["bot_answered"] and not under_way
        assert not forgotten, "P8: an open inquiry that neither the bot nor a person has"
        owed = [one for one in await self.house.rows(tables.inquiry, conversation=row["id"]) if one["owed"]]
        assert row["owed"] == bool(owed), "what is owed is owed in the books too"


def test_p04_p06_p07_p08_p09_p10_p11_p12_p20_hold_in_any_order_of_things() -> None:
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
