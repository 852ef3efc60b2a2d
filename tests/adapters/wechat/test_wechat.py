"""WeChat: what goes to its own desk, settings in words, and a fake server with tokens that run out."""

import asyncio
import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.base import Channel, Facts, Outgoing, Sent
from adapters.wechat import WechatAdapter, WechatClient
from adapters.wechat_crypto import check_signature, read_xml, unseal
from tests.adapters.peers import FakeApi, served
from tests.adapters.test_every_adapter import AES_KEY, OWNER, sealed_push, sealed_secrets

NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
ADAPTER = WechatAdapter()
REPLY = Outgoing("out-1", "gh_shop:oBUYER", "oBUYER", "有货😀", "m-1", "automatic")
PUSH = {"ToUserName": "gh_shop", "FromUserName": "oBUYER", "CreateTime": 1777615200, "MsgType": "text", "MsgId": 7}
XML = "<xml><ToUserName>gh_shop</ToUserName><FromUserName>oBUYER</FromUserName><CreateTime>1777615200</CreateTime>\
<MsgType>text</MsgType><Content>人工</Content><MsgId>7</MsgId></xml>"


def channel(url: str = "", **changes: Any) -> Channel:
    plain = Channel("s.1", "s", "wechat", sealed_secrets("tok"), url, {"app_id": OWNER, "transfer_words": ["人工"]})
    return dataclasses.replace(plain, **changes)


@pytest.mark.parametrize(
    ("body", "transferred"),
    [
        (json.dumps({**PUSH, "Content": "人工"}), True),
        (json.dumps({**PUSH, "Content": " 人工 "}), True),
        (json.dumps({**PUSH, "Content": "人工费多少"}), False),
        (XML, True),
        (json.dumps({**PUSH, "MsgType": "event", "Event": "人工"}), False),
    ],
)
def test_only_the_admins_own_words_go_to_wechats_desk_and_never_an_event(body: str, transferred: bool) -> None:
    push = sealed_push("tok", body.encode(), NOW)
    facts = ADAPTER.read(push, channel(), NOW)
    assert isinstance(facts, Facts)
    assert len(facts.messages) == 1, "the message is kept all the same"
    if not transferred:
        assert facts.ack is None
        return
    assert facts.ack is not None
    told = read_xml(facts.ack.body) if body is XML else json.loads(facts.ack.body)
    query = {"timestamp": str(told["TimeStamp"]), "nonce": told["Nonce"], "msg_signature": told["MsgSignature"]}
    check_signature(["tok"], query, "msg_signature", NOW, told["Encrypt"])
    plain, _ = unseal([AES_KEY], told["Encrypt"], OWNER)
    inner = read_xml(plain) if body is XML else json.loads(plain)
    assert (inner["ToUserName"], inner["FromUserName"]) == ("oBUYER", "gh_shop")
    assert inner["MsgType"] == "transfer_customer_service"
    assert ADAPTER.read(push, channel(), NOW) == facts, "a repeat gets the same answer"


def test_what_happens_at_wechats_own_desk_is_not_measurable() -> None:
    able = ADAPTER.capabilities(channel())
    assert (able.sees_human_replies, able.blind_after_handover, able.can_send) == (False, True, True)
    never = ADAPTER.capabilities(channel(options={"app_id": OWNER}))
    assert (never.sees_human_replies, never.blind_after_handover) == (False, False)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"options": {}}, "options.app_id"),
        ({"options": {"app_id": OWNER, "plain": True}}, "options.plain"),
        ({"options": {"app_id": OWNER, "transfer_words": "人工"}}, "options.transfer_words"),
        ({"secrets": ("token=t",)}, "secrets"),
        ({"secrets": ("aes_key=" + AES_KEY,)}, "secrets"),
        ({"secrets": ("token=t", "aes_key=short")}, "secrets"),
        ({"send_url": "ftp://x"}, "send_url"),
        ({"send_url": "https://user:word@api.example"}, "send_url"),
        ({"send_url": "http://api.example:x"}, "send_url"),
        ({"send_url": "http://[::1"}, "send_url"),
        ({"send_url": "file:///etc/passwd"}, "send_url"),
    ],
)
def test_settings_that_cannot_be_are_told(changes: dict[str, Any], where: str) -> None:
    assert ADAPTER.check(channel()) == []
    wrong = ADAPTER.check(channel(**changes))
    assert [line.partition(": ")[0] for line in wrong] == [where]
    assert " · " in wrong[0]


@pytest.mark.parametrize("url", ["", "https://api.example", "http://127.0.0.1:9000/there", "http://[::1]:9000"])
def test_an_address_of_its_own_may_be_any_of_the_web(url: str) -> None:
    assert ADAPTER.check(channel(send_url=url)) == []


def test_plain_mode_needs_no_key() -> None:
    plain = {"app_id": OWNER, "accept_weak": True}
    assert ADAPTER.check(channel(secrets=("token=t",), options=plain)) == []


def api(answer: Any, **more: Any) -> FakeApi:
    return FakeApi({"stable_token": {"access_token": "T1", "expires_in": 7200}, "custom/send": answer}, **more)


OUTCOMES = [
    pytest.param(0, Sent.SENT, False, id="taken"),
    pytest.param(45015, Sent.REFUSED, True, id="48 h are over"),
    pytest.param(45047, Sent.REFUSED, True, id="five are used up"),
    pytest.param(45009, Sent.REFUSED, False, id="the daily limit"),
    pytest.param(-1, Sent.REFUSED, False, id="busy"),
    pytest.param(40003, Sent.REFUSED, True, id="no such user"),
    pytest.param(87014, Sent.UNKNOWN, False, id="a code nobody listed"),
]


@pytest.mark.parametrize(("code", "outcome", "permanent"), OUTCOMES)
async def test_an_errcode_inside_a_200_has_words(code: int, outcome: Sent, permanent: bool) -> None:
    client = WechatClient()
    async with served(api({"errcode": code, "errmsg": "why"})) as url:
        result = await client.send(channel(url), REPLY, NOW)
        await client.close()
    assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
    if outcome is not Sent.SENT:
        assert str(code) in result.detail
        assert " · " in result.detail


@pytest.mark.parametrize("more", [{"half": 5}, {"status": 500}])
async def test_an_unclear_answer_stays_unclear(more: dict[str, Any]) -> None:
    client, there = WechatClient(timeout_s=0.5), api({"errcode": 0})
    async with served(there) as url:
        assert (await client.send(channel(url), REPLY, NOW)).outcome is Sent.SENT  # the token is there now
        for name, value in more.items():
            setattr(there, name, value)
        assert (await client.send(channel(url), REPLY, NOW)).outcome is Sent.UNKNOWN
        await client.close()


async def test_a_token_that_ran_out_is_fetched_anew_once_and_the_text_sent_once() -> None:
    there = FakeApi()
    there.answers = {
        "stable_token": lambda _: {"access_token": f"T{len(there.calls('stable_token'))}", "expires_in": 7200},
        "custom/send": lambda call: {"errcode": 42001 if call.query["access_token"] == "T1" else 0},
    }
    client = WechatClient()
    async with served(there) as url:
        assert (await client.send(channel(url), REPLY, NOW)).outcome is Sent.SENT
        assert [one.query["access_token"] for one in there.calls("custom/send")] == ["T1", "T2"]
        await client.close()


async def test_of_many_sends_at_once_one_fetches_the_token() -> None:
    there, client = api({"errcode": 0}, stall_s=0.05), WechatClient()
    async with served(there) as url:
        results = await asyncio.gather(*(client.send(channel(url), REPLY, NOW) for _ in range(50)))
        assert {one.outcome for one in results} == {Sent.SENT}
        assert len(there.calls("stable_token")) == 1
        rotated = channel(url, secrets=(*sealed_secrets("tok"), "app_secret=new"))
        await client.send(rotated, REPLY, NOW)
        assert [one.body["secret"] for one in there.calls("stable_token")] == ["s", "new"], "a new secret, a new token"
        await client.close()


@pytest.mark.parametrize(
    ("answer", "permanent"), [({"errcode": 40164}, True), ({"errcode": -1}, False), ({"errcode": 12345}, False), ("no", False)]
)  # fmt: skip
async def test_without_a_token_nothing_is_sent(answer: Any, permanent: bool) -> None:
    there, client = FakeApi({"stable_token": answer}), WechatClient()
    async with served(there) as url:
        result = await client.send(channel(url), REPLY, NOW)
        await client.close()
    assert (result.outcome, result.permanent) == (Sent.REFUSED, permanent)
    assert there.calls("custom/send") == []
    assert "app_secret" not in result.detail or "重新填写" in result.detail


async def test_what_is_sent() -> None:
    there, client = api({"errcode": 0}), WechatClient()
    async with served(there) as url:
        await client.send(channel(url), REPLY, NOW)
        await client.close()
    [sent] = there.calls("custom/send")
    assert sent.body == {"touser": "oBUYER", "msgtype": "text", "text": {"content": "有货😀"}}
