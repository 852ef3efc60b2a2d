"""The standard channel's body: what is read, what is repaired, and what is listed as odd with its JSON pointer."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.base import Facts, Unreadable
from adapters.signing import sign, verify
from adapters.standard.wire import MAX_ITEMS, read_body
from bot.core.message import Kind, Sender

GOOD = {
    "id": "m-1",
    "conversation": "c-1",
    "buyer": {"id": "b-1", "name": "小王"},
    "sender": "buyer",
    "kind": "text",
    "text": "什么时候发货",
    "sent_at": "2026-05-01T14:00:00+08:00",
}


def read(raw: str | bytes) -> Facts:
    return read_body(raw if isinstance(raw, bytes) else raw.encode(), "wh-1")


def with_(**changes: Any) -> str:
    return json.dumps({"type": "message", "data": {**GOOD, **changes}})


ODD = [
    pytest.param({"sender": "robot"}, "/data/sender", id="a sender not on the list"),
    pytest.param({"sender": None}, "/data/sender", id="no sender"),
    pytest.param({"sender": ["buyer"]}, "/data/sender", id="a list of senders"),
    pytest.param({"kind": 5}, "/data/kind", id="a number for a kind"),
    pytest.param({"text": None}, "/data/text", id="a text message without text"),
    pytest.param({"text": {"zh": "在吗"}}, "/data/text", id="text in an object"),
    pytest.param({"conversation": None}, "/data/conversation", id="no conversation"),
    pytest.param({"conversation": " "}, "/data/conversation", id="a blank conversation"),
    pytest.param({"id": ""}, "/data/id", id="an empty id"),
    pytest.param({"id": "a\0b"}, "/data/id", id="NUL in the id"),
    pytest.param({"id": "x" * 201}, "/data/id", id="an endless id"),
    pytest.param({"id": 2**63}, "/data/id", id="a number for an id"),
    pytest.param({"id": 10**400}, "/data/id", id="a huge number for an id"),
    pytest.param({"buyer": "b-1"}, "/data/buyer", id="the buyer as text"),
    pytest.param({"buyer": {"id": 7}}, "/data/buyer/id", id="the buyer's id as a number"),
    pytest.param({"buyer": {"id": "b", "name": 7}}, "/data/buyer/name", id="a name that is a number"),
    pytest.param({"sent_at": 1777615200}, "/data/sent_at", id="seconds for a time"),
    pytest.param({"sent_at": "2026-05-01T14:00:00"}, "/data/sent_at", id="a time without an offset"),
    pytest.param({"sent_at": "2026-05-01"}, "/data/sent_at", id="a day for a time"),
    pytest.param({"sent_at": "0001-01-01T00:00:00+08:00"}, "/data/sent_at", id="year one"),
    pytest.param({"sent_at": "9999-12-31T23:59:59-08:00"}, "/data/sent_at", id="the last year"),
    pytest.param({"meta": ["x"]}, "/data/meta", id="meta as a list"),
    pytest.param({"meta": {"n": 2**63}}, "/data/meta/n", id="2**63"),
    pytest.param({"n": -(2**63) - 1}, "/data/n", id="below the smallest whole number"),
    pytest.param({"meta": {"a/b": {"c~d": 2**70}}}, "/data/meta/a~1b/c~0d", id="a pointer with odd names"),
    pytest.param({"meta": {"a": [[[[[[[[1]]]]]]]]}}, "/data/meta/a/0/0/0/0/0/0/0", id="nested deeply"),
    pytest.param({"kind": "report", "meta": {"target": "m"}}, "/data/type", id="a report without its type"),
    pytest.param({"kind": "report", "meta": {"type": "spam", "status": "filed"}}, "/data/target", id="about nothing"),
    pytest.param(
        {"kind": "product_card", "meta": {"product": {"id": 1}}}, "/data/product", id="a product in an object"
    ),
]


@pytest.mark.parametrize(("changes", "where"), ODD)
def test_odd(changes, where):
    facts = read(with_(**changes))
    assert facts.messages == ()
    assert [one.where for one in facts.odd] == [where]
    assert " · " in facts.odd[0].why, "in both languages"


REPAIRED = [
    pytest.param('"a\\u0000b"', "a\ufffdb", id="NUL"),
    pytest.param('"好\\ud83d"', "好\ufffd", id="half an emoji at the end"),
    pytest.param('"\\ude00好"', "\ufffd好", id="the other half"),
    pytest.param('"\\ud83d\\ude00"', "😀", id="a whole emoji, escaped"),
    pytest.param('"\\ud83d\\u0000\\ud83d\\ude00"', "\ufffd\ufffd😀", id="all together"),
]


@pytest.mark.parametrize(("written", "text"), REPAIRED)
def test_p02_text_no_store_can_hold_is_repaired(written, text):
    facts = read(with_(text="@").replace('"@"', written))
    assert [one.text for one in facts.messages] == [text]
    named = read(with_(buyer={"id": "b", "name": "@"}).replace('"@"', written))
    assert [one.buyer_name for one in named.messages] == [text], "a platform may cut a nickname in mid-emoji"
    noted = read(with_(note="@").replace('"@"', written))
    assert noted.messages[0].meta == {"note": text}


UNREADABLE = [
    pytest.param(b"", "/: ", id="nothing"),
    pytest.param(b"hello", "/: ", id="not JSON"),
    pytest.param('{"text":"在吗"}'.encode("gbk"), "/: ", id="GBK"),
    pytest.param(b"[" * 200_000, "/: ", id="nested without end"),
    pytest.param(b'{"a":' * 50_000, "/: ", id="objects nested without end"),
    pytest.param(b"1" * 5000, "/: ", id="a number of 5,000 digits"),
    pytest.param(b'{"type":"message","data":{"a":NaN}}', "/: ", id="NaN"),
    pytest.param(b'"message"', "/: ", id="only text"),
    pytest.param(b"{}", "/type: ", id="no type"),
    pytest.param(b'{"type":"reply","data":{}}', "/type: ", id="our own send sent back to us"),
    pytest.param(b'{"type":["message"]}', "/type: ", id="a list for a type"),
    pytest.param(b'{"type":"message"}', "/data: ", id="no data"),
    pytest.param(b'{"type":"message","data":"x"}', "/data: ", id="text for data"),
    pytest.param(b'{"type":"message","data":[' + b"{}," * MAX_ITEMS + b"{}]}", "/data: ", id="1,001 messages at once"),
]


@pytest.mark.parametrize(("body", "pointer"), UNREADABLE)
def test_p02_unreadable(body, pointer):
    with pytest.raises(Unreadable) as told:
        read(body)
    assert str(told.value).startswith(pointer)
    assert len(str(told.value)) < 300


def test_a_byte_order_mark_is_skipped():
    assert read(b"\xef\xbb\xbf" + with_().encode()).messages


def test_a_long_text_is_kept_whole():
    assert len(read(with_(text="长" * 80_000)).messages[0].text) == 80_000


def test_a_batch_of_1000_is_read_in_its_order():
    items = [{**GOOD, "id": f"m-{n}"} for n in range(MAX_ITEMS)]
    facts = read(json.dumps({"type": "message", "data": items}))
    assert [one.message_id for one in facts.messages] == [f"m-{n}" for n in range(MAX_ITEMS)]


def test_an_empty_batch_tells_nothing():
    assert read(b'{"type":"message","data":[]}') == Facts()


@pytest.mark.parametrize("sender", list(Sender))
def test_every_sender_of_ours_is_read(sender):
    assert read(with_(sender=sender.value)).messages[0].sender is sender


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_ours_is_read(kind):
    facts = read(with_(kind=kind.value, meta={"target": "m-0", "type": "spam", "status": "filed"}))
    assert facts.messages[0].kind is kind
    assert "raw_kind" not in facts.messages[0].meta


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-05-01T14:00:00+08:00", datetime(2026, 5, 1, 6, tzinfo=UTC)),
        ("2026-05-01T06:00:00Z", datetime(2026, 5, 1, 6, tzinfo=UTC)),
        ("2026-05-01T14:00:00.250+08:00", datetime(2026, 5, 1, 6, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-04-30T23:59:59-06:00", datetime(2026, 5, 1, 5, 59, 59, tzinfo=UTC)),
    ],
)
def test_times(written, utc):
    assert read(with_(sent_at=written)).messages[0].sent_at == utc


def test_one_message_is_verified_and_read_within_60_us():
    secret, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime(2026, 5, 1, 6, tzinfo=UTC)
    body = json.dumps({"type": "message", "data": GOOD}, ensure_ascii=False).encode()
    headers = sign([secret], "wh-1", now, body)

    def batch() -> float:
        start = time.perf_counter()
        for _ in range(200):
            read_body(body, verify([secret], headers, body, now))
        return (time.perf_counter() - start) / 200

    assert min(batch() for _ in range(15)) < 60e-6
