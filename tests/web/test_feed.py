"""The feed: a hello with a place at once, then everything once and in order, of one's own shops only."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from aiohttp import WSMsgType

from tests.web.conftest import OWNER


async def listen(door, after: str = "", key: str = OWNER):
    """Open the feed."""
    return await door.client.ws_connect(f"/api/v1/feed?after={after}", headers={"Authorization": f"Bearer {key}"})


async def told(socket, until_quiet_s: float = 0.4) -> list[dict]:
    """Everything it tells until it is quiet for a while."""
    messages = []
    while True:
        try:
            messages.append(await socket.receive_json(timeout=until_quiet_s))
        except TimeoutError:
            return messages


def events(messages) -> list[tuple[str, int]]:
    return [(event["shop"], event["seq"]) for message in messages for event in message["events"]]


async def journal(door, shop: str) -> list[tuple[str, int]]:
    return [(shop, row["seq"]) for row in sorted(await door.floor.rows("journal", shop=shop), key=lambda r: r["seq"])]


async def test_a_hello_at_once_then_what_happens(door):
    before = await journal(door, "east")
    socket = await listen(door)
    hello = await socket.receive_json(timeout=1)
    assert set(hello) == {"cursor", "now", "events"}
    assert (hello["events"], hello["now"].endswith("Z")) == ([], True)
    await door.floor.asks("b", "什么时候发货", shop="east")
    messages = await told(socket)
    assert events(messages) == (await journal(door, "east"))[len(before) :], "all of it, once, in order"
    kinds = [event["kind"] for message in messages for event in message["events"]]
    assert [kind for kind in kinds if kind in ("message", "decision")] == ["message", "decision"]
    assert "什么时候发货" not in json.dumps(messages, ensure_ascii=False), "ids, never words"
    await socket.close()


async def test_going_on_from_a_place_loses_and_doubles_nothing(door):
    whole = await listen(door)
    await whole.receive_json(timeout=1)
    seen, cursor = [], ""
    for number in range(5):
        socket = await listen(door, cursor)
        seen += await told(socket, 0.2)
        cursor = seen[-1]["cursor"]
        await socket.close()
        await door.floor.asks(f"b{number}", "什么时候发货", shop="east")
        await door.floor.asks(f"b{number}", "转人工", shop="west")
    last = await listen(door, cursor)
    seen += await told(last)
    once = events(await told(whole))
    assert len(once) >= 40
    for shop in ("east", "west"):
        assert [e for e in events(seen) if e[0] == shop] == [e for e in once if e[0] == shop]
    for socket in (whole, last):
        await socket.close()


async def test_polling_tells_the_same(door):
    start = (await door.get("/api/v1/feed/poll"))["cursor"]
    socket = await listen(door, start)
    await door.floor.asks("b", "什么时候发货", shop="east")
    pushed = events(await told(socket))
    polled = await door.get(f"/api/v1/feed/poll?after={start}")
    assert events([polled]) == pushed
    assert (await door.get(f"/api/v1/feed/poll?after={polled['cursor']}"))["events"] == []
    await socket.close()


async def test_another_shops_events_are_invisible(door):
    east = await door.let_in("agent", "east")
    socket = await listen(door, key=east)
    start = (await socket.receive_json(timeout=1))["cursor"]
    await door.floor.asks("b", "转人工", shop="west")
    assert await told(socket) == []
    await door.floor.asks("b", "转人工", shop="east")
    assert {shop for shop, _ in events(await told(socket))} == {"east"}
    # Nor by a cursor that names the other shop, or the installation's own journal.
    forged = base64.urlsafe_b64encode(b'{"west":0,"*":0,"east":0}').decode()
    assert {shop for shop, _ in events([await door.get(f"/api/v1/feed/poll?after={forged}", key=east)])} == {"east"}
    assert (await door.get(f"/api/v1/feed/poll?after={start}", key=east))["events"]
    await socket.close()


async def test_a_wiped_shop_tells_on(door):
    """Its journal begins anew; whoever listens hears what comes then."""
    for number in range(3):
        await door.floor.asks(f"b{number}", "转人工", shop="east")
    socket = await listen(door)
    cursor = (await socket.receive_json(timeout=1))["cursor"]
    await door.post("/api/v1/sim/east.wire/wipe")
    await door.floor.asks("new", "什么时候发货", shop="east")
    told_then = [e["kind"] for message in await told(socket) for e in message["events"] if e["shop"] == "east"]
    assert told_then[0] == "wiped"
    assert "decision" in told_then
    assert (await door.get(f"/api/v1/feed/poll?after={cursor}"))["events"]
    await socket.close()


async def test_who_may_no_longer_listen_is_sent_away_within_a_second(door):
    key = await door.let_in("agent", "east")
    socket = await listen(door, key=key)
    await socket.receive_json(timeout=1)
    await door.floor.app.services.people.remove_token(key)
    gone = await socket.receive(timeout=2)
    assert (gone.type, gone.data) == (WSMsgType.CLOSE, 4401)


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("%%%", id="no base64"),
        pytest.param(base64.urlsafe_b64encode(b"[1]").decode(), id="a list"),
        pytest.param(base64.urlsafe_b64encode(b'{"east":"x"}').decode(), id="no number"),
        pytest.param(base64.urlsafe_b64encode(b"\xff\xfe").decode(), id="no JSON"),
    ],
)
async def test_what_is_no_cursor(door, cursor):
    answer = await door.ask("GET", f"/api/v1/feed/poll?after={cursor}")
    assert (answer.status, (await answer.json())["pointer"]) == (422, "/after")


@pytest.mark.parametrize("number", [b"-5", b"99999999999999999999999999", b"1e30"])
async def test_a_number_beyond_all_places_is_no_fault_of_ours(door, number):
    cursor = base64.urlsafe_b64encode(b'{"east":' + number + b"}").decode()
    assert (await door.ask("GET", f"/api/v1/feed/poll?after={cursor}")).status in (200, 422)


async def test_many_listeners_hear_it_within_300_ms(door):
    sockets = [await listen(door) for _ in range(10)]
    for socket in sockets:
        await socket.receive_json(timeout=1)
    await door.floor.says("b", "转人工", shop="east")
    await asyncio.gather(*(socket.receive_json(timeout=0.3) for socket in sockets))
    for socket in sockets:
        await socket.close()
