"""微信客服: sending under our own name, handing over, pulling, and a fake server that throttles and breaks off."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.base import Channel, Outgoing, Sent
from adapters.wecom_kf import WecomKfAdapter, WecomKfClient
from adapters.wecom_kf.wire import own_id
from tests.adapters.peers import FakeApi, served
from tests.adapters.test_every_adapter import AES_KEY, OWNER, sealed_secrets

NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
ADAPTER = WecomKfAdapter()
REPLY = Outgoing("out-1", "wkTEST:wmBUYER", "wmBUYER", "有货😀", "m-1", "automatic")
TOKEN = {"errcode": 0, "access_token": "T1", "expires_in": 7200}
ITEM = {
    "msgid": "a1",
    "open_kfid": "wkTEST",
    "external_userid": "wmBUYER",
    "send_time": 1777615200,
    "origin": 3,
    "msgtype": "text",
    "text": {"content": "在吗"},
}


def channel(url: str = "", **changes: Any) -> Channel:
    plain = Channel("s.1", "s", "wecom_kf", sealed_secrets("tok"), url, {"corp_id": OWNER, "desk": "wecom"})
    return dataclasses.replace(plain, **changes)


def page(*items: Any, more: int = 0, cursor: str = "C1") -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "next_cursor": cursor, "has_more": more, "msg_list": list(items)}


@pytest.mark.parametrize(
    ("code", "outcome", "permanent"),
    [(0, Sent.SENT, False), (95018, Sent.REFUSED, True), (45009, Sent.REFUSED, False), (-1, Sent.REFUSED, False), (95999, Sent.UNKNOWN, False)],
)  # fmt: skip
async def test_how_a_send_ends(code: int, outcome: Sent, permanent: bool) -> None:
    there, client = FakeApi({"gettoken": TOKEN, "kf/send_msg": {"errcode": code, "msgid": "out-1"}}), WecomKfClient()
    async with served(there) as url:
        result = await client.send(channel(url), REPLY, NOW)
        await client.close()
    assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
    [sent] = there.calls("kf/send_msg")
    assert sent.body == {
        "touser": "wmBUYER",
        "open_kfid": "wkTEST",
        "msgid": "out-1",
        "msgtype": "text",
        "text": {"content": "有货😀"},
    }
    if outcome is Sent.SENT:
        assert result.platform_id == "out-1"


async def test_a_welcome_goes_out_by_the_code_that_was_lent_for_it() -> None:
    there, client = FakeApi({"gettoken": TOKEN, "kf/send_msg_on_event": {"errcode": 0}}), WecomKfClient()
    welcome = dataclasses.replace(REPLY, text="欢迎光临", context={"greet": "WC"})
    async with served(there) as url:
        result = await client.send(channel(url), welcome, NOW)
        await client.close()
    assert (result.outcome, result.platform_id) == (Sent.SENT, "out-1")
    [sent] = there.calls("kf/send_msg_on_event")
    assert sent.body == {"code": "WC", "msgid": "out-1", "msgtype": "text", "text": {"content": "欢迎光临"}}


@pytest.mark.parametrize("name", ["out-1", "x" * 33, "名字", "a b", "x" * 32])
def test_our_own_name_of_a_send_fits_in_32_bytes(name: str) -> None:
    assert len(own_id(name).encode()) <= 32
    assert own_id(name) == own_id(name)


@pytest.mark.parametrize(("servicer", "state"), [("", {"service_state": 2}), ("z", {"service_state": 3, "servicer_userid": "z"})])  # fmt: skip
async def test_a_conversation_goes_to_the_queue_or_to_a_person(servicer: str, state: dict[str, Any]) -> None:
    there, client = FakeApi({"gettoken": TOKEN, "service_state/trans": {"errcode": 0}}), WecomKfClient()
    async with served(there) as url:
        options = {"corp_id": OWNER, "desk": "wecom", "servicer": servicer}
        assert (await client.hand_over(channel(url, options=options), "wkTEST:wmBUYER", NOW)).outcome is Sent.SENT
        await client.close()
    [asked] = there.calls("service_state/trans")
    assert asked.body == {"open_kfid": "wkTEST", "external_userid": "wmBUYER", **state}


async def test_a_pull_asks_from_the_cursor_on_with_the_key_that_was_lent() -> None:
    there, client = FakeApi({"gettoken": TOKEN, "kf/sync_msg": page(ITEM, more=1)}), WecomKfClient()
    async with served(there) as url:
        first = await client.pull(channel(url), "wkTEST", "lent", "", NOW)
        second = await client.pull(channel(url), "wkTEST", "", "C0", NOW)
        await client.close()
    assert [one.body for one in there.calls("kf/sync_msg")] == [
        {"open_kfid": "wkTEST", "limit": 1000, "token": "lent"},
        {"open_kfid": "wkTEST", "limit": 1000, "cursor": "C0"},
    ]
    assert (first.cursor, first.more, len(first.facts.messages)) == ("C1", True, 1)
    assert second.failed == ""


@pytest.mark.parametrize(
    "told",
    [
        {"answers": {"kf/sync_msg": page(ITEM)}, "half": 20},
        {"answers": {"kf/sync_msg": {"errcode": 45009}}},
        {"answers": {"kf/sync_msg": {"errcode": 95007, "errmsg": "?"}}},
        {"answers": {"kf/sync_msg": {"errcode": 0}}},
        {"answers": {"kf/sync_msg": {}}, "status": 500},
        {"answers": {}, "cut": True},
    ],
    ids=["broken off", "throttled", "an unknown code", "no list", "their fault", "cut"],
)
async def test_a_pull_that_fails_says_why_and_brings_nothing(told: dict[str, Any]) -> None:
    there, client = FakeApi({"gettoken": TOKEN}), WecomKfClient(timeout_s=0.5)
    async with served(there) as url:
        await client.send(channel(url), REPLY, NOW)  # the token is there now
        for name, value in told.items():
            setattr(there, name, value)
        pulled = await client.pull(channel(url), "wkTEST", "", "C0", NOW)
        await client.close()
    assert pulled.failed
    assert (pulled.facts.messages, pulled.more) == ((), False)


@pytest.mark.parametrize("cursor", ["", "C0"])
async def test_a_page_that_does_not_move_on_ends_the_pull(cursor: str) -> None:
    there, client = FakeApi({"gettoken": TOKEN, "kf/sync_msg": page(ITEM, more=1, cursor=cursor)}), WecomKfClient()
    async with served(there) as url:
        pulled = await client.pull(channel(url), "wkTEST", "", "C0", NOW)
        await client.close()
    assert (pulled.cursor, pulled.more) == ("C0", False)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"options": {}}, "options.corp_id"),
        ({"options": {"corp_id": OWNER, "desk": "there"}}, "options.desk"),
        ({"secrets": ("token=t", "aes_key=" + AES_KEY)}, "secrets"),
        ({"secrets": ("token=t", "aes_key=short", "kf_secret=s")}, "secrets"),
        ({"send_url": "x"}, "send_url"),
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
