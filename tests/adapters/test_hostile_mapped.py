"""Whatever a body holds, a mapped channel answers with facts or a refusal; every item is a message, odd or skipped."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import adapters.standard
from adapters.base import BadSignature, Channel, Delivery, Facts, Handshake
from adapters.schemes import load_schemes
from adapters.standard import StandardAdapter
from bot.core.message import Sender
from tests.adapters.test_hostile_bodies import anything, words

MANY = int(os.environ.get("FUZZ", "200"))
NOW = datetime(2026, 10, 9, 9, 0, tzinfo=UTC)
EXAMPLES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in (Path(adapters.standard.__file__).parent / "examples").glob("*.yaml")
}
ADAPTER = StandardAdapter()
names = st.sampled_from(
    [
        "id",
        "msg_id",
        "msgId",
        "session_id",
        "event",
        "from",
        "time",
        "content",
        "buyer",
        "open_id",
        "conversation",
        "account",
        "message_type",
        "sender",
        "type",
        "data",
        "p_id",
        "tag",
        "events",
        "openId",
        "shopId",
        "info",
        "private",
        "created_at",
        "createTime",
        "text",
        "direction",
    ]
)
values = (
    st.sampled_from(["incoming", "outgoing", "user", "text", "recall", "b2s", "1", "0", 1, 2, True, 1760000000])
    | anything
)
nested = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names, inner, max_size=8)
        | st.dictionaries(names, inner, max_size=4).map(json.dumps)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@settings(max_examples=MANY, deadline=None)
@given(body=nested, header=words)
def test_p16_odd_bodies_of_a_mapped_sender(name: str, body: object, header: str) -> None:
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    channel = Channel("s.1", "s", "standard", ("secret",), "", EXAMPLES[name])
    delivery = Delivery("POST", {"x-shopify-webhook-id": header, "x-shopify-shop-domain": header}, {}, raw, NOW)
    told = ADAPTER.peek(delivery, channel, NOW)
    if isinstance(told, Handshake):
        return
    assert isinstance(told, Facts)
    assert told.ack is not None
    for message in told.messages:
        assert message.message_id.isprintable()
        assert message.sender is not Sender.AGENT or name in ("chatwoot_like", "xiaohongshu_bridge")
        stored = json.dumps([message.text, message.buyer_name, dict(message.meta)], allow_nan=False)
        assert "\\u0000" not in stored, "any store can hold it"


@pytest.mark.parametrize("scheme", sorted(load_schemes()))
@settings(max_examples=MANY, deadline=None)
@given(
    body=st.binary(max_size=80),
    headers=st.dictionaries(
        st.sampled_from(sorted({one.header for one in load_schemes().values()} | {"x-chatwoot-timestamp"})), words
    ),
    query=st.dictionaries(st.sampled_from(["sign", "sign_method", "event"]), words),
)
def test_p03_unsigned_under_every_scheme(
    scheme: str, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    signature = {"scheme": scheme, "accept_weak": True, "app_key": "app"}
    secret = "MDEyMzQ1Njc4OWFiY2RlZg=="
    channel = Channel("s.1", "s", "standard", (secret,), "", {"signature": signature})
    with pytest.raises(BadSignature):
        ADAPTER.read(Delivery("POST", headers, query, body, NOW), channel, NOW)
