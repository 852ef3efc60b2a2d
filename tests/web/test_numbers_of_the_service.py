"""Health, status, metrics, deliveries and the journal: numbers that can be checked by counting."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.web.openapi import document
from bot.web.routes import ALL
from bot.web.webhooks import answer


async def test_health_and_readiness(door):
    assert await door.get("/healthz", key="") == {"ok": True}
    assert await door.get("/readyz", key="") == {"ready": True, "reasons": []}


async def test_not_ready_says_why(door, monkeypatch):
    async def locked(*_args, **_more):
        raise TimeoutError

    monkeypatch.setattr(door.floor.app.store, "write", locked)
    found = await door.ask("GET", "/readyz", key="")
    assert (found.status, await found.json()) == (503, {"ready": False, "reasons": ["store"]})


async def test_status_counts_what_happened(door):
    floor = door.floor
    await floor.asks("a", "什么时候发货", shop="east")
    await floor.asks("b", "转人工", shop="east")
    await floor.asks("c", "什么时候发货", shop="west")
    channel = floor.channels["east"]
    delivery = floor.app.simulator.say(channel, "d", "转人工")
    adapter = floor.app.directory.adapter(channel)
    for _ in range(3):
        await answer(floor.app.services, channel, adapter, delivery)
    await answer(floor.app.services, channel, adapter, replace(delivery, body=delivery.body + b" "))
    await floor.quiet()
    # A forged delivery is counted a little after its no.
    status = await door.until("/api/v1/status", lambda found: found["refused"])
    assert list(status)[:6] == ["accepted", "repeats", "refused", "waiting", "owed", "oldest_s"]
    wanted = {
        "accepted": 4,
        "repeats": 2,
        "refused": 1,
        "waiting": 0,
        "owed": 4,
        "oldest_s": 0,
        "idle": True,
        "workers": 1,
    }
    assert {name: status[name] for name in wanted} == wanted
    assert status["sends"] == {"pending": 0, "sending": 0, "sent": 2, "refused": 0, "unknown": 0}
    east = await door.get("/api/v1/status", key=await door.let_in("agent", "east"))
    assert (east["owed"], east["sends"]["sent"]) == (3, 1), "of one's own shops only"


async def test_not_idle_while_a_fragment_is_awaited_or_a_send_waits(door):
    await door.floor.asks("a", "那个红色的", shop="east")
    assert (await door.get("/api/v1/status"))["idle"] is False
    await door.floor.passes(10, shop="east")
    assert (await door.get("/api/v1/status"))["idle"] is True
    door.floor.app.services.make_fault("west.wire", "refuse")
    await door.floor.asks("b", "什么时候发货", shop="west")
    status = await door.get("/api/v1/status")
    assert (status["sends"]["pending"], status["idle"]) == (1, False)


async def test_metrics_are_the_same_numbers(door):
    await door.floor.asks("a", "什么时候发货", shop="east")
    found = await door.ask("GET", "/metrics", key="")
    lines = dict(line.rsplit(" ", 1) for line in (await found.text()).splitlines() if not line.startswith("#"))
    assert found.content_type == "text/plain"
    assert (lines["miaohui_accepted"], lines["miaohui_owed"], lines['miaohui_sends{state="sent"}']) == (
        "1.0",
        "1.0",
        "1.0",
    )
    through_a_proxy = await door.ask("GET", "/metrics", key="", **{"X-Forwarded-For": "203.0.113.9"})
    assert through_a_proxy.status == 401, "from this machine or with a token"


async def test_deliveries_newest_first_without_bodies(door):
    floor = door.floor
    for number in range(5):
        await floor.asks(f"b{number}", "转人工", shop="east")
        await floor.passes(1, shop="east")
    channel = floor.channels["east"]
    odd = floor.app.simulator.say(channel, "x", "?", kind="dance")
    assert (await answer(floor.app.services, channel, floor.app.directory.adapter(channel), odd)).status == 200
    first = await door.get("/api/v1/deliveries?limit=2")
    assert len(first["items"]) == 2
    assert set(first["items"][0]) >= {
        "id",
        "shop",
        "channel",
        "at",
        "result",
        "detail",
        "accepted",
        "repeats",
    }
    assert "body" not in first["items"][0]
    assert "headers" not in first["items"][0]
    rows, after = list(first["items"]), first["next"]
    while after:
        page = await door.get(f"/api/v1/deliveries?limit=2&after={after}")
        rows, after = rows + page["items"], page["next"]
    assert len({row["id"] for row in rows}) == 6
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert [row["result"] for row in rows][1:] == ["accepted"] * 5
    assert (await door.get("/api/v1/deliveries?shop=west"))["items"] == []
    assert (await door.get("/api/v1/deliveries?shop=nowhere"))["items"] == []
    west = await door.let_in("admin", "west")
    assert (await door.get("/api/v1/deliveries?shop=east", key=west))["items"] == []


async def test_the_journal_is_a_stream_of_lines_with_stable_ids(door):
    await door.floor.asks("b", "转人工", shop="east")
    found = await door.ask("GET", "/api/v1/journal?shop=east")
    assert (found.status, found.content_type) == (200, "application/x-ndjson")
    lines = [json.loads(line) for line in (await found.text()).splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {"message", "decision", "handoff", "posting"} <= {line["kind"] for line in lines}
    assert set(lines[0]) == {"shop", "seq", "at", "kind", "ref", "conversation", "body"}
    rest = await (await door.ask("GET", "/api/v1/journal?shop=east&after=3&limit=2")).text()
    assert [json.loads(line) for line in rest.splitlines()] == lines[3:5], "the same lines again, whoever asks when"
    assert "转人工" not in await found.text()
    assert (await door.ask("GET", "/api/v1/journal?shop=east", key=await door.let_in("agent", "east"))).status == 403
    assert (await door.ask("GET", "/api/v1/journal?shop=east", key=await door.let_in("admin", "west"))).status == 404
    assert (await door.ask("GET", "/api/v1/journal?shop=nowhere")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/journal?shop=east&after=99999999999999999999999",
        "/api/v1/journal?shop=east&after=-1",
        "/api/v1/deliveries?after=²",
        "/api/v1/deliveries?after=99999999999999999999999",
        "/api/v1/conversations?after=²",
        "/api/v1/conversations?after=-1",
        "/api/v1/inquiries?shop=east&after=99999999999999999999999",
        "/api/v1/inquiries?shop=east&date=2026-99-99",
        "/api/v1/rates?shop=east&days=0",
        "/api/v1/rates?shop=east&days=ten",
    ],
)
async def test_places_that_are_none(door, path):
    assert (await door.ask("GET", path)).status in (200, 422)


@pytest.mark.parametrize("before", ["²", "1.²", "99999999999999999999.1", "x"])
async def test_places_in_a_thread_that_are_none(door, before):
    await door.floor.asks("b", "转人工", shop="east")
    path = f"/api/v1/conversations/{door.floor.cid('b', shop='east')}?before={before}"
    found = await door.ask("GET", path)
    assert (found.status, (await found.json())["pointer"]) == (422, "/before")


async def test_the_api_describes_itself(door):
    served = await door.get("/api/v1/openapi.json", key="")
    assert served["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}
    assert len(described) == len(ALL)
    assert served["paths"] == json.loads(json.dumps(document(ALL, "x")))["paths"]
