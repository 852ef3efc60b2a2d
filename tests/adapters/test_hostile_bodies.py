"""Whatever a body holds, signed or not, an adapter answers with facts or one of its two refusals."""

import json
import os
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.base import BadSignature, Channel, Delivery, Facts, Unreadable
from adapters.registry import ADAPTERS
from adapters.signing import sign
from bot.core.message import Kind, Sender

NOW = datetime(2026, 5, 1, 6, 0, 5, tzinfo=UTC)
MANY = int(os.environ.get("FUZZ", "300"))
"""``make fuzz`` asks for more."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

words = st.text(st.characters(exclude_categories=()), max_size=20)  # halves of surrogate pairs included
numbers = st.integers(-(2**70), 2**70) | st.floats()
anything = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
times = st.datetimes(timezones=st.none() | st.timezones()).map(lambda moment: moment.isoformat())
items = st.fixed_dictionaries(
    {},
    optional={
        "id": words | anything,
        "conversation": st.just("c-1") | anything,
        "buyer": st.fixed_dictionaries({"id": words}, optional={"name": words}) | anything,
        "sender": st.sampled_from(list(Sender)) | anything,
        "kind": st.sampled_from(list(Kind)) | words | anything,
        "text": words | anything,
        "sent_at": times | words | anything,
        "meta": st.dictionaries(st.sampled_from(["target", "type", "status", "from", "to"]), words | times) | anything,
        "target": words,
        "note": anything,
    },
)
bodies = st.builds(
    lambda data, ascii_only: json.dumps({"type": "message", "data": data}, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    ),
    items | st.lists(items, max_size=4) | anything,
    st.booleans(),
)
each_adapter = pytest.mark.parametrize("name", ["sandbox", "standard"])


def read(name: str, body: bytes) -> Facts | None:
    channel = Channel("shop-a.1", "shop-a", name, (SECRET,))
    delivery = Delivery("POST", sign([SECRET], "wh-1", NOW, body), {}, body, NOW)
    try:
        facts = ADAPTERS[name].adapter.read(delivery, channel, NOW)
    except Unreadable:
        return None
    assert isinstance(facts, Facts)
    return facts


@each_adapter
@settings(max_examples=MANY, deadline=None)
@given(body=bodies)
@example(body=b'{"type":"message","data":{"sender":"buyer","kind":"text","meta":{"a":1e999}}}')
def test_p16_signed_and_odd(name, body):
    facts = read(name, body)
    if facts is None:
        return
    data = json.loads(body.decode("utf-8", "surrogatepass"))["data"]
    asked = len(data) if isinstance(data, list) else 1
    assert len(facts.messages) + len(facts.odd) == asked, "every item is a message or odd, none is lost"
    for message in facts.messages:
        stored = json.dumps([message.text, message.buyer_name, message.message_id, dict(message.meta)], allow_nan=False)
        assert "\\u0000" not in stored, "any store can hold it"
        json.dumps([message.text, message.buyer_name, dict(message.meta)], ensure_ascii=False).encode()


@each_adapter
@settings(max_examples=MANY, deadline=None)
@given(body=st.binary(max_size=300))
def test_p16_signed_and_not_even_text(name, body):
    assert read(name, body) is None


@each_adapter
@settings(max_examples=MANY, deadline=None)
@given(
    body=bodies,
    headers=st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), words),
)
def test_p03_unsigned(name, body, headers):
    channel = Channel("shop-a.1", "shop-a", name, (SECRET,))
    with pytest.raises(BadSignature):
        ADAPTERS[name].adapter.read(Delivery("POST", headers, {}, body, NOW), channel, NOW)
