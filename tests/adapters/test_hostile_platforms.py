"""Recorded payloads with anything in any place, cut, doubled or unsigned: an adapter answers with facts or a refusal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import BadSignature, Channel, Delivery, Facts, Fetch, Handshake, Unreadable
from adapters.registry import ADAPTERS
from bot.core.message import Sender
from tests.adapters.test_every_adapter import NOW, PEERS, channel_of
from tests.adapters.test_hostile_bodies import anything, words

MANY = int(os.environ.get("FUZZ", "200"))
NAMES = sorted(set(ADAPTERS) - {"sandbox", "standard"})
HEADERS = ["x-chatwoot-signature", "x-chatwoot-timestamp", "content-type"]
QUERY = ["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type", "key"]


def payloads(name: str) -> list[Any]:
    folder = Path(__file__).parent / name / "payloads"
    return [json.loads(path.read_text("utf-8"))["body"] for path in sorted(folder.glob("*.json"))]


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a value, itself included."""
    found = [way]
    if isinstance(value, dict):
        members = list(value.items())
    else:
        members = list(enumerate(value)) if isinstance(value, list) else []
    for name, member in members:
        found += places(member, (*way, name))
    return found


def put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    """The value with something else at one place."""
    if not way:
        return new
    members = dict(value) if isinstance(value, dict) else list(value)
    members[way[0]] = put(members[way[0]], way[1:], new)
    return members


@st.composite
def odd_bodies(draw: st.DrawFn, name: str) -> bytes:
    body = draw(st.sampled_from(payloads(name)))
    for _ in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(places(body)))
        body = put(body, way, draw(anything | st.sampled_from(["", 0, -1, 2**63, 1e300, "\0", "\ud83d", [], {}, None])))
    raw = json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if isinstance(body, str):  # XML: pieces of it in other places
        at, to = draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))
        raw = (body[:at] + draw(words) + body[to:]).encode("utf-8", "surrogatepass")
    cut = draw(st.integers(0, len(raw)))
    return draw(st.sampled_from([raw, raw, raw, raw, raw[:cut], raw + raw, raw[:cut] + b"\xff" + raw[cut:]]))


def looked_at(facts: Facts) -> None:
    for message in facts.messages:
        assert isinstance(message.sender, Sender)
        assert message.message_id.isprintable()
        assert len(message.message_id) <= 300
        assert message.conversation.isprintable()
        stored = json.dumps([message.text, message.buyer_name, message.buyer_id, dict(message.meta)], allow_nan=False)
        assert "\\u0000" not in stored, "any store can hold it"
        json.dumps([message.text, message.buyer_name, dict(message.meta)], ensure_ascii=False).encode()
    assert all(one.why for one in facts.odd)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=MANY, deadline=None)
@given(data=st.data())
def test_p16_signed_and_odd(name: str, data: st.DataObject) -> None:
    peer, body = PEERS[name], data.draw(odd_bodies(name))
    try:
        if peer.page and body[:1] != b"<":
            looked_at(peer.page(body))
        told = ADAPTERS[name].adapter.read(peer.deliver(peer.secret, body, NOW), channel_of(name), NOW)
    except Unreadable:
        return
    assert isinstance(told, Facts | Fetch | Handshake)
    if isinstance(told, Facts):
        looked_at(told)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=MANY, deadline=None)
@given(
    body=st.binary(max_size=200),
    headers=st.dictionaries(st.sampled_from(HEADERS), words),
    query=st.dictionaries(st.sampled_from(QUERY), words),
    method=st.sampled_from(["GET", "POST"]),
)
def test_p03_unsigned(name: str, body: bytes, headers: dict[str, str], query: dict[str, str], method: str) -> None:
    weak = {**PEERS[name].options, "accept_weak": True}
    channel = channel_of(name)
    for one in (channel, Channel(channel.key, channel.shop, name, channel.secrets, "", weak)):
        with pytest.raises(BadSignature):
            ADAPTERS[name].adapter.read(Delivery(method, headers, query, body, NOW), one, NOW)
