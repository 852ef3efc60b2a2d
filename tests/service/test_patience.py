"""One timer for all who wait: each is told in its time, whatever the others wait for."""

from __future__ import annotations

import asyncio

from bot.service.patience import Patience

LONG_S = 0.2


async def test_each_is_told_in_its_time() -> None:
    loop, patience = asyncio.get_running_loop(), Patience(LONG_S)
    soon, failing, never = (loop.create_future() for _ in range(3))
    loop.call_later(LONG_S / 4, soon.set_result, None)
    loop.call_later(LONG_S / 4, failing.set_exception, ValueError("no"))
    began = loop.time()
    told = asyncio.gather(*map(patience.wait, (soon, failing, never)))
    await asyncio.sleep(LONG_S / 2)
    later = patience.wait(never)
    assert await told == [True, True, False]
    assert loop.time() - began >= LONG_S * 0.99
    assert not later.done(), "who came later is given as long"
    assert await later is False
    assert not never.done(), "what is late goes on"
    assert isinstance(failing.exception(), ValueError)


async def test_who_stops_waiting_harms_nobody() -> None:
    loop, patience = asyncio.get_running_loop(), Patience(LONG_S)
    thing: asyncio.Future[None] = loop.create_future()
    gone, there = patience.wait(thing), patience.wait(thing)
    gone.cancel()
    loop.call_later(LONG_S / 4, thing.set_result, None)
    assert await there is True
    late = patience.wait(loop.create_future())
    assert await late is False, "the timer goes on after everybody was told"
