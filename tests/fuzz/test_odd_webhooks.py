"""Odd and broken webhooks through the whole house: each signed one is stored or listed, answered yes, and what it told
is decided; nothing of it breaks anything behind the door. ``make fuzz`` brings thousands."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.base import Channel
from bot.store import tables
from tests.adapters.test_hostile_bodies import bodies
from tests.flow.house import HandClock, House

MANY = int(os.environ.get("FUZZ", "60"))
LATER = 503
TRIES = 5
"""A busy machine may be late, says so, and is asked again, as platforms do."""
TOGETHER = 10
"""So many deliveries are brought before what follows is awaited."""
FAULTS = {
    "adapter_fault",
    "store_refused",
    "batch_failed",
    "item_failed",
    "commit_failed",
    "due_not_done",
    "client_fault",
}


def mangled(body: bytes, at: int, how: str) -> bytes:
    """A body that is cut, doubled, or has a byte too many, as bad networks and bad code make them."""
    place = at % (len(body) + 1)
    return {
        "cut": body[:place],
        "twice": body + body,
        "byte": body[:place] + b"\xff" + body[place:],
        "nul": body[:place] + b"\0" + body[place:],
        "bom": b"\xef\xbb\xbf" + body,
        "as it is": body,
    }[how]


odd = st.builds(
    mangled, bodies, st.integers(0, 10_000), st.sampled_from(["as it is"] * 5 + ["cut", "twice", "byte", "nul", "bom"])
)  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[House, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        made = House(tmp_path / "data", HandClock())
        runner.run(made.open())
        yield made, runner
        runner.run(made.close())


@pytest.mark.parametrize("name", ["sandbox", "standard"])
def test_p02_whatever_is_signed_is_kept_answered_yes_and_decided(
    name: str, house: tuple[House, asyncio.Runner]
) -> None:
    home, runner = house
    channel = runner.run(home.shop(adapter=name))
    taken = 0

    @settings(
        max_examples=MANY,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(body=odd)
    def bring(body: bytes) -> None:
        nonlocal taken
        assert runner.run(_brought(home, channel, body, settle=taken % TOGETHER == 0)) == 200, body
        taken += 1

    with capture_logs() as logs:
        bring()
        runner.run(home.settle())
        runner.run(home.later(30))
    faults = [one for one in logs if one["event"] in FAULTS or one["log_level"] == "error"]
    assert not faults, faults[:3]
    kept = runner.run(home.rows(tables.delivery))
    late = sum(one["event"] == "store_too_slow" for one in logs)
    assert taken <= len(kept) <= taken + late, (
        "what came too late for a yes may be there twice, as what it is: a repeat"
    )
    waiting = [row for row in runner.run(home.rows(tables.message)) if row["waiting"]]
    assert waiting == [], "nothing is left undecided"
    assert all(orjson.loads(row["headers"]) for row in kept)


async def _brought(home: House, channel: Channel, body: bytes, *, settle: bool) -> int:
    for _ in range(TRIES):
        ack = await home.deliver(channel, home.written(body=body))
        if ack.status != LATER:
            break
    if settle:
        await home.settle()
    return ack.status
