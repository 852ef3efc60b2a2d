"""Chatwoot: published payload shapes, unsigned versions by choice only, and a fake server that drives the client."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.base import BadSignature, Channel, Delivery, Facts, Outgoing, Sent
from adapters.chatwoot import ChatwootAdapter, ChatwootClient
from bot.core.message import Kind
from tests.adapters.peers import FakeApi, served

NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
ADAPTER = ChatwootAdapter()
PUBLISHED = [
    one
    for one in json.loads((Path(__file__).parents[1] / "vectors.json").read_text("utf-8"))["payloads"]
    if one["platform"] == "chatwoot"
]
REPLY = Outgoing("out-1", "1:7", "5", "有货😀", "m-1", "automatic")


def channel(**changes: Any) -> Channel:
    plain = Channel("s.1", "s", "chatwoot", ("cw-secret", "api_token=tok"), "https://chat.example", {"account_id": 1})
    return dataclasses.replace(plain, **changes)


@pytest.mark.parametrize("case", PUBLISHED, ids=[one["id"] for one in PUBLISHED])
def test_a_published_payload_comes_out_as_it_should(case: dict[str, Any]) -> None:
    facts = ADAPTER.peek(Delivery("POST", {}, {}, json.dumps(case["body"]).encode(), NOW), channel(), NOW)
    [message], [expect] = facts.messages, case["expect"]
    assert message.sender == {"own_bot": "bot"}.get(expect["role"], expect["role"])
    assert (message.conversation, message.message_id) == (expect["conversation"], expect["message_id"])
    assert message.sent_at is not None
    assert int(message.sent_at.timestamp() * 1000) == expect["ts_ms"]
    assert (message.kind is Kind.INTERNAL_NOTE) == (expect["type"] == "internal_note")


def test_an_unsigned_version_is_taken_only_by_choice_and_with_the_key_in_the_address() -> None:
    body = json.dumps(PUBLISHED[0]["body"]).encode()

    def read(options: dict[str, Any], query: dict[str, str]) -> Facts:
        return ADAPTER.read(Delivery("POST", {}, query, body, NOW), channel(options=options), NOW)

    weak = {"account_id": 1, "accept_weak": True}
    assert read(weak, {"key": "cw-secret"}).messages
    for options, query in (
        (weak, {}),
        (weak, {"key": "cw-secreT"}),
        (weak, {"key": "api_token=tok"}),
        ({"account_id": 1}, {"key": "cw-secret"}),
    ):
        with pytest.raises(BadSignature):
            read(options, query)


def test_a_wrong_signature_is_not_saved_by_the_key() -> None:
    weak = channel(options={"account_id": 1, "accept_weak": True})
    headers = {"x-chatwoot-signature": "sha256=00", "x-chatwoot-timestamp": str(int(NOW.timestamp()))}
    with pytest.raises(BadSignature):
        ADAPTER.read(Delivery("POST", headers, {"key": "cw-secret"}, b"{}", NOW), weak, NOW)


def test_another_bot_is_told_apart_where_ours_is_known() -> None:
    body = json.dumps(PUBLISHED[2]["body"]).encode()
    delivery = Delivery("POST", {}, {}, body, NOW)
    ours, other = (
        ADAPTER.peek(delivery, channel(options={"account_id": 1, "bot_id": bot}), NOW).messages[0].sender
        for bot in (4, 5)
    )
    assert (ours, other) == ("bot", "other_app")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"options": {}}, "options.account_id"),
        ({"options": {"account_id": "one"}}, "options.account_id"),
        ({"options": {"account_id": 1, "desk": "there"}}, "options.desk"),
        ({"options": {"account_id": 1, "colour": 1}}, "options.colour"),
        ({"secrets": ("cw-secret",)}, "secrets"),
        ({"secrets": ("short", "api_token=t")}, "secrets"),
        ({"send_url": "chat.example"}, "send_url"),
        ({"send_url": "https://user:pw@chat.example"}, "send_url"),
    ],
)
def test_settings_that_cannot_be_are_told(changes: dict[str, Any], where: str) -> None:
    assert ADAPTER.check(channel()) == []
    wrong = ADAPTER.check(channel(**changes))
    assert [line.partition(": ")[0] for line in wrong] == [where]
    assert " · " in wrong[0]


OUTCOMES = [
    pytest.param({"answers": {"messages": {"id": 9, "created_at": 1777615200}}}, Sent.SENT, False, id="taken"),
    pytest.param({"answers": {"messages": {"error": "x"}}}, Sent.UNKNOWN, False, id="an error inside a 200"),
    pytest.param({"answers": {"messages": {"id": 9}}, "half": 4}, Sent.UNKNOWN, False, id="half an answer"),
    pytest.param({"cut": True}, Sent.UNKNOWN, False, id="cut after reading"),
    pytest.param({"stall_s": 1.0}, Sent.UNKNOWN, False, id="no answer in time"),
    pytest.param({"status": 401}, Sent.REFUSED, True, id="the token is not good"),
    pytest.param({"status": 404}, Sent.REFUSED, True, id="no such conversation"),
    pytest.param({"status": 429, "headers": {"Retry-After": "7"}}, Sent.REFUSED, False, id="throttled"),
    pytest.param({"status": 500}, Sent.UNKNOWN, False, id="its own fault"),
]


@pytest.mark.parametrize(("told", "outcome", "permanent"), OUTCOMES)
async def test_how_a_send_ends(told: dict[str, Any], outcome: Sent, permanent: bool) -> None:
    client = ChatwootClient(timeout_s=0.5)
    async with served(FakeApi(**told)) as url:
        result = await client.send(channel(send_url=url), REPLY, NOW)
        assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
        if outcome is Sent.SENT:
            assert (result.platform_id, result.at) == ("9", NOW)
        if told.get("status") == 429:
            assert result.retry_after is not None
            assert result.retry_after.total_seconds() == 7
        await client.close()


async def test_what_is_called_and_with_which_token() -> None:
    api, client = FakeApi({"messages": {"id": 9}}), ChatwootClient()
    async with served(api) as url:
        rotating = channel(send_url=url, secrets=("cw-secret", "api_token=old", "api_token=new"))
        assert (await client.send(rotating, REPLY, NOW)).outcome is Sent.SENT
        assert (await client.hand_over(rotating, "1:7", NOW)).outcome is Sent.SENT
        await client.close()
    said, opened = api.seen
    assert (said.path, said.headers["api_access_token"]) == ("/api/v1/accounts/1/conversations/7/messages", "new")
    assert said.body == {"content": "有货😀", "message_type": "outgoing", "private": False}
    assert (opened.path, opened.body) == ("/api/v1/accounts/1/conversations/7/toggle_status", {"status": "open"})


async def test_without_an_address_nothing_is_called() -> None:
    result = await ChatwootClient().send(channel(send_url=""), REPLY, NOW)
    assert (result.outcome, result.permanent) == (Sent.REFUSED, True)
