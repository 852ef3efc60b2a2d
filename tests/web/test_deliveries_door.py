"""One webhook call, step by step: what came, whether its signature fits, what it brought, what followed."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from adapters.base import Delivery
from adapters.signing import sign
from bot.web.curl import MASK, PLACEHOLDER, command
from bot.web.webhooks import answer

BASE = "/api/v1/deliveries"


async def bring(door, delivery):
    channel = door.floor.channels["east"]
    services = door.floor.app.services
    ack = await answer(services, channel, services.directory.adapter(channel), delivery)
    await door.floor.quiet()
    await door.floor.passes(1, shop="east")
    return ack


async def newest(door) -> dict:
    found = await door.get(f"{BASE}?shop=east")
    return await door.get(f"{BASE}/{found['items'][0]['id']}")


async def test_a_call_with_every_step_that_followed(door):
    await door.floor.asks("b1", "什么时候发货", shop="east")
    seen = await newest(door)
    assert seen["signature"] == {"fits": True, "zh": "签名相符", "en": "the signature fits"}
    assert orjson.loads(seen["body"])["data"]["text"] == "什么时候发货"
    assert seen["headers"]["webhook-signature"] == MASK
    assert seen["headers"]["webhook-id"]
    [message] = seen["messages"]
    assert (message["how"], message["sender"], message["kind"]) == ("new", "buyer", "text")
    assert message["decision"]["outcome"] == "answer"
    [send] = message["sends"]
    assert (send["status"], send["class"]) == ("sent", "automatic")
    assert send["platform_id"]
    assert message["accepted_at"] <= message["decision"]["at"] <= send["done_at"]


async def test_new_repeat_and_conflict_are_told_apart(door):
    channel = door.floor.channels["east"]
    first = door.floor.app.simulator.say(channel, "b1", "转人工")
    await bring(door, first)
    await bring(door, first)
    assert [one["how"] for one in (await newest(door))["messages"]] == ["repeat"]
    data = orjson.loads(first.body)
    data["data"]["text"] = "别的话"
    body = orjson.dumps(data)
    changed = replace(first, body=body, headers=door.floor.app.simulator.signed(channel, body))
    await bring(door, changed)
    assert [one["how"] for one in (await newest(door))["messages"]] == ["conflict"]
    listed = await door.get(f"{BASE}?shop=east&result=repeat")
    assert len(listed["items"]) == 2
    assert len((await door.get(f"{BASE}?shop=east&result=accepted"))["items"]) == 1


@pytest.mark.parametrize(
    ("off_s", "words"),
    [(660, "签名不符：时间戳相差 11 分钟"), (301, "签名不符：时间戳相差 301 秒"), (0, "签名不符：请核对密钥")],
)
async def test_why_a_call_was_refused_is_told_in_words_and_nothing_of_it_is_kept(door, off_s, words):
    channel = door.floor.channels["east"]
    at = door.floor.app.clocks.now("east") - timedelta(seconds=off_s)
    body = b'{"marker": "planted-forged-words"}'
    headers = (
        sign(channel.secrets, "x", at, body)
        if off_s
        else {"webhook-id": "x", "webhook-timestamp": str(int(at.timestamp()))}
    )
    ack = await bring(door, Delivery("POST", headers, {}, body, at))
    assert ack.status == 401
    found = await door.get(f"{BASE}?shop=east&result=refused")
    assert found["items"] == []
    [refused] = found["refused"]
    assert words in refused["why"]["zh"]
    assert refused["why"]["en"]
    assert refused["size"] == len(body)
    assert "planted-forged-words" not in str(found) + str(await door.floor.rows("delivery"))
    assert (await door.get(f"{BASE}?shop=west"))["refused"] == []


async def test_only_admins_of_the_shop_see_a_call(door):
    await door.floor.asks("b1", "转人工", shop="east")
    one = (await door.get(f"{BASE}?shop=east"))["items"][0]["id"]
    assert (await door.ask("GET", f"{BASE}/{one}", key=await door.let_in("supervisor", "east"))).status == 403
    assert (await door.ask("GET", f"{BASE}/{one}", key=await door.let_in("admin", "west"))).status == 404


async def test_a_simulated_call_can_be_replayed_and_is_then_a_repeat(door):
    await door.floor.asks("b1", "什么时候发货", shop="east")
    one = (await door.get(f"{BASE}?shop=east"))["items"][0]["id"]
    await door.floor.passes(1, shop="east")
    told = await door.post(f"{BASE}/{one}/replay")
    assert told["response"]["status"] == 200
    await door.floor.quiet()
    assert (await door.get(f"{BASE}?shop=east"))["items"][0]["result"] == "repeat"
    assert len(door.floor.heard("b1", shop="east")) == 1, "the buyer reads one answer"


async def test_a_real_channel_is_never_replayed(door):
    made = await door.post("/api/v1/shops/east/channels", {"adapter": "standard", "send_url": ""})
    body = orjson.dumps(
        {
            "type": "message",
            "data": {
                "id": "m1",
                "conversation": "c",
                "buyer": {"id": "b"},
                "sender": "buyer",
                "kind": "text",
                "text": "转人工",
            },
        }
    )
    headers = sign([made["secret"]], "w1", door.floor.app.clocks.now("east"), body)
    answered = await door.client.post(f"/webhooks/{made['key']}", data=body, headers=headers)
    assert answered.status == 204 or answered.status == 200
    one = (await door.get(f"{BASE}?channel={made['key']}"))["items"][0]["id"]
    refused = await door.ask("POST", f"{BASE}/{one}/replay")
    assert (refused.status, (await refused.json())["code"]) == (409, "not_simulated")


async def test_the_light_says_how_long_ago_the_last_message_came(door):
    lit = {one["channel"]: one for one in (await door.get(f"{BASE}/light"))["items"]}
    assert (lit["east.wire"]["last_at"], lit["east.wire"]["ago_s"], lit["east.wire"]["silent"]) == (None, None, False)
    await door.floor.asks("b1", "转人工", shop="east")
    for passed_s, silent in ((1199, False), (1, True)):
        await door.floor.passes(passed_s, shop="east")
        [east] = [one for one in (await door.get(f"{BASE}/light"))["items"] if one["channel"] == "east.wire"]
        assert east["silent"] is silent
    assert east["ago_s"] == 1200


def test_the_command_sends_the_body_byte_for_byte_and_holds_no_secret(tmp_path):
    body = "it's “odd” $(touch x) `y` \n换行 \\ end".encode()
    headers = {"host": "h", "content-type": "application/json", "webhook-signature": MASK}
    made = command("POST", "http://127.0.0.1/webhooks/s.k", {"msg_signature": MASK, "nonce": "a b&c"}, headers, body)
    assert PLACEHOLDER in made
    assert "host" not in made
    assert f"/webhooks/s.k?msg_signature={PLACEHOLDER}&nonce=a%20b%26c'" in made
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor last; do :; done\nprintf %s "$last"\n')
    fake.chmod(0o755)
    ran = subprocess.run(["sh", "-c", made], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=True)
    assert ran.stdout == body
    assert not (tmp_path / "x").exists()
    assert command("POST", "http://x", {}, {}, b"\xff\xfe").endswith("--data-binary @body.bin")
    assert command("GET", "http://x", {"echostr": "1"}, {}, b"") == "curl -X GET 'http://x?echostr=1'"


async def test_how_a_call_came_is_shown_and_what_proves_it_is_not_kept(door):
    channel = door.floor.channels["east"]
    delivery = door.floor.app.simulator.say(channel, "b1", "什么时候发货")
    told = replace(delivery, query={"nonce": "7", "msg_signature": "abc", "access_token": "def"})
    await bring(door, told)
    [row] = (await door.get(BASE))["items"]
    call = await door.get(f"{BASE}/{row['id']}")
    assert (call["method"], call["query"]) == ("POST", {"nonce": "7", "msg_signature": MASK, "access_token": MASK})
    assert "?nonce=7&msg_signature=" in call["curl"]
    assert "query" not in row


async def test_what_was_pulled_cannot_be_sent_again_by_hand(door):
    channel = door.floor.channels["east"]
    delivery = door.floor.app.simulator.say(channel, "b1", "什么时候发货")
    pulled = replace(delivery, method="PULL")
    await bring(door, pulled)
    [row] = (await door.get(BASE))["items"]
    assert (await door.get(f"{BASE}/{row['id']}"))["curl"] is None
