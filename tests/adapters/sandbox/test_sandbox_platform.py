"""The fake platform and the client that sends to it: in this process and by HTTP the same endings."""

import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestServer

from adapters.base import Channel, Facts, Outgoing, Quota, Sent
from adapters.sandbox import FakePlatform, Fault, FaultKind, SandboxAdapter, SandboxClient
from adapters.sandbox.wire import WINDOW_CLOSED
from bot.core.message import Kind, Sender

NOW = datetime(2026, 5, 1, 6, 0, 5, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADAPTER = SandboxAdapter()


def make_platform() -> FakePlatform:
    numbers = itertools.count(1)
    return FakePlatform(lambda _: NOW, lambda: f"p-{next(numbers)}")


def make_channel(send_url: str = "", **options) -> Channel:
    return Channel("demo.1", "demo", "sandbox", (SECRET,), send_url, options)


def reply(number: int = 1, text: str = "今天发") -> Outgoing:
    return Outgoing(f"out-{number}", "b-5", "b-5", text, "p-1", "automatic")


@contextlib.asynccontextmanager
async def wired(how: str, **options) -> AsyncIterator[tuple[FakePlatform, SandboxClient, Channel]]:
    platform = make_platform()
    client = SandboxClient(platform, timeout_s=0.5)
    async with TestServer(platform.make_app()) as server:
        url = str(server.make_url("/send/demo.1")) if how == "http" else ""
        channel = make_channel(url, **options)
        platform.connect(channel)
        yield platform, client, channel
        await client.close()


by_both_ways = pytest.mark.parametrize("how", ["in process", "http"])

FAULTS = [
    #            fault                                            outcome       permanent wait  visible
    pytest.param(None, Sent.SENT, False, None, 1, id="healthy"),
    pytest.param(Fault(FaultKind.REFUSE), Sent.REFUSED, False, None, 0, id="refuses, busy"),
    pytest.param(Fault(FaultKind.REFUSE, code=WINDOW_CLOSED), Sent.REFUSED, True, None, 0, id="refuses, window closed"),
    pytest.param(Fault(FaultKind.ERROR_IN_200), Sent.REFUSED, False, None, 0, id="an error inside a 200"),
    pytest.param(Fault(FaultKind.ERROR_IN_200, code=40301), Sent.REFUSED, True, None, 0, id="blocked, inside a 200"),
    pytest.param(Fault(FaultKind.RATE_LIMIT, seconds=30), Sent.REFUSED, False, 30, 0, id="rate limit"),
    pytest.param(Fault(FaultKind.STALL, seconds=0.01), Sent.SENT, False, None, 1, id="slow, within the timeout"),
    pytest.param(Fault(FaultKind.STALL, seconds=1), Sent.UNKNOWN, False, None, 1, id="stalls beyond the timeout"),
    pytest.param(Fault(FaultKind.CUT_BEFORE), Sent.UNKNOWN, False, None, 0, id="cut before accepting"),
    pytest.param(Fault(FaultKind.CUT_AFTER), Sent.UNKNOWN, False, None, 1, id="cut after accepting"),
    pytest.param(Fault(FaultKind.ECHO_TWICE), Sent.SENT, False, None, 1, id="echoes twice"),
]


@by_both_ways
@pytest.mark.parametrize(("fault", "outcome", "permanent", "wait", "visible"), FAULTS)
async def test_p07_endings(how, fault, outcome, permanent, wait, visible):
    async with wired(how) as (platform, client, channel):
        platform.set_fault(channel.key, fault)
        result = await client.send(channel, reply(), NOW)
        lines = platform.visible(channel.key, "b-5")
    assert (result.outcome, result.permanent) == (outcome, permanent), result.detail
    assert result.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert (result.outcome is Sent.SENT) != bool(result.detail), "every failure says what happened"
    assert [line.text for line in lines] == ["今天发"] * visible
    if result.outcome is Sent.SENT:
        assert (result.platform_id, result.at) == (lines[0].message_id, NOW)


@by_both_ways
async def test_a_fault_ends_after_its_times(how):
    async with wired(how) as (platform, client, channel):
        platform.set_fault(channel.key, Fault(FaultKind.REFUSE, times=2))
        outcomes = [(await client.send(channel, reply(n), NOW)).outcome for n in range(3)]
        platform.set_fault(channel.key, Fault(FaultKind.CUT_BEFORE))
        platform.set_fault(channel.key, None)
        outcomes.append((await client.send(channel, reply(9), NOW)).outcome)
    assert outcomes == [Sent.REFUSED, Sent.REFUSED, Sent.SENT, Sent.SENT]


@by_both_ways
@pytest.mark.parametrize(("dedupes", "shown"), [(True, 1), (False, 2)])
async def test_a_repeated_id_shows_once_where_the_channel_dedupes(how, dedupes, shown):
    async with wired(how, dedupes=dedupes) as (platform, client, channel):
        first = await client.send(channel, reply(), NOW)
        again = await client.send(channel, reply(), NOW)
        assert len(platform.visible(channel.key, "b-5")) == shown
    assert (first.platform_id == again.platform_id) is dedupes


async def test_p07_nobody_listening_is_refused():
    client = SandboxClient(make_platform())
    result = await client.send(make_channel("http://127.0.0.1:1/send/demo.1"), reply(), NOW)
    await client.close()
    assert (result.outcome, result.permanent) == (Sent.REFUSED, False)


@by_both_ways
async def test_a_send_signed_by_another_shop_is_refused(how):
    async with wired(how) as (platform, client, channel):
        platform.connect(channel)
        foreign = Channel("demo.1", "demo", "sandbox", ("whsec_c2VjcmV0LWtleQ",), channel.send_url)
        if how == "http":
            result = await client.send(foreign, reply(), NOW)
            assert (result.outcome, result.permanent) == (Sent.REFUSED, True)
            assert platform.visible("demo.1", "b-5") == []


async def test_an_unknown_address_of_the_platform_is_refused_for_good():
    async with wired("http") as (_, client, channel):
        lost = make_channel(channel.send_url.replace("demo.1", "demo.2"))
        result = await client.send(lost, reply(), NOW)
    assert (result.outcome, result.permanent) == (Sent.REFUSED, True)


def told(facts: object):
    assert isinstance(facts, Facts)
    assert facts.odd == ()
    (message,) = facts.messages
    return message


def test_what_happens_on_the_platform_is_read_as_it_happened():
    platform, channel = make_platform(), make_channel()
    asked = told(ADAPTER.read(platform.say(channel, "b-5", "在吗", name="林小满"), channel, NOW))
    assert (asked.sender, asked.text, asked.buyer_name, asked.sent_at) == (Sender.BUYER, "在吗", "林小满", NOW)
    typed = told(ADAPTER.read(platform.typed_by_agent(channel, "b-5", "在的", agent="小周"), channel, NOW))
    assert (typed.sender, typed.buyer_id, typed.meta) == (Sender.AGENT, "b-5", {"agent": "小周"})
    taken_back = told(ADAPTER.read(platform.recall(channel, "b-5", asked.message_id), channel, NOW))
    assert (taken_back.kind, taken_back.meta["target"]) == (Kind.RECALL, asked.message_id)
    judged = told(ADAPTER.read(platform.report(channel, "b-5", asked.message_id, status="filed"), channel, NOW))
    assert (judged.sender, judged.kind, judged.meta["status"]) == (Sender.SYSTEM, Kind.REPORT, "filed")
    assert [line.recalled for line in platform.visible("demo.1", "b-5")] == [True, False, False, False]


def test_a_buyer_can_send_anything_and_at_any_time():
    platform, channel = make_platform(), make_channel()
    earlier = NOW - timedelta(hours=1)
    card = platform.say(
        channel, "b-5", kind=Kind.PRODUCT_CARD, conversation="c-1", sent_at=earlier, meta={"product": "P-300"}
    )
    message = told(ADAPTER.read(card, channel, NOW))
    assert (message.conversation, message.kind, message.sent_at) == ("c-1", Kind.PRODUCT_CARD, earlier)
    strange = told(ADAPTER.read(platform.say(channel, "b-5", kind="lucky_bag"), channel, NOW))
    assert (strange.kind, strange.meta) == (Kind.OTHER, {"raw_kind": "lucky_bag"})


@pytest.mark.parametrize(
    ("fault", "options", "echoes"),
    [
        pytest.param(None, {}, 0, id="no echo"),
        pytest.param(None, {"echoes_own": True}, 1, id="a platform that echoes"),
        pytest.param(Fault(FaultKind.ECHO_TWICE), {"echoes_own": True}, 2, id="echoes twice"),
    ],
)
async def test_p10_an_echo_names_our_own_reply(fault, options, echoes):
    async with wired("in process", **options) as (platform, client, channel):
        platform.set_fault(channel.key, fault)
        result = await client.send(channel, reply(), NOW)
        pushes = platform.take_pushes(channel.key)
        assert platform.take_pushes(channel.key) == [], "each once"
    messages = [told(ADAPTER.read(push, channel, NOW)) for push in pushes]
    assert [(one.sender, one.message_id, one.meta["reply_id"]) for one in messages] == [
        (Sender.BOT, result.platform_id, "out-1")
    ] * echoes


async def test_what_is_kept_is_bounded():
    async with wired("in process", echoes_own=True) as (platform, client, channel):
        for number in range(600):
            platform.say(channel, "b-5", f"第 {number} 句")
            await client.send(channel, reply(number), NOW)
        assert len(platform.visible(channel.key, "b-5")) == 500
        assert len(platform.take_pushes(channel.key)) == 500
        for number in range(2001):
            platform.say(channel, f"b-{number + 10}", "在吗")
        assert platform.visible(channel.key, "b-5") == []


def test_capabilities_are_set_per_channel():
    can = ADAPTER.capabilities(
        make_channel(sees_human_replies=False, quotas=[{"sends": 5, "window_s": 172_800}], text_limit=600)
    )
    assert (can.sees_human_replies, can.quotas, can.text_limit) == (False, (Quota(5, timedelta(hours=48)),), 600)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ""),
        ({"quotas": [{"sends": 5, "window_s": 60}]}, ""),
        ({"quotas": [{"sends": 0, "window_s": 60}]}, "options.quotas.0.sends"),
        ({"dedupe": True}, "options.dedupe"),
        ({"dedupes": "yes"}, "options.dedupes"),
    ],
)
def test_settings(options, names):
    wrong = ADAPTER.check(make_channel(**options))
    assert [line.split(":")[0] for line in wrong] == ([names] if names else [])


@by_both_ways
async def test_every_call_of_the_send_address_is_kept_with_its_answer(how: str) -> None:
    async with wired(how) as (platform, client, channel):
        await client.send(channel, reply(1), NOW)
        platform.set_fault(channel.key, Fault(FaultKind.CUT_BEFORE, times=1))
        await client.send(channel, reply(2), NOW)
        first, second = platform.sends(channel.key)
        assert (first.status, second.status) == (200, 0)
        assert b"out-1" in first.body
        assert "webhook-signature" in first.headers
        platform.forget(channel.key)
        assert platform.sends(channel.key) == []
