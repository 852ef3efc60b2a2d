"""What every adapter owes the house, run over each one in the registry.

A new adapter adds one line to ``PEERS``: how its platform signs a body.
"""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.base import BadSignature, Channel, Delivery, Facts, Fetch, Unreadable
from adapters.registry import ADAPTERS, make_clients
from adapters.sandbox import FakePlatform
from adapters.schemes import load_schemes
from adapters.schemes import sign as sign_by
from adapters.signing import sign
from adapters.wechat_crypto import seal, signature
from adapters.wecom_kf.wire import read_page
from bot.core.message import Kind, Sender

NOW = datetime(2026, 5, 1, 6, 0, 5, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FOREIGN = "whsec_Zm9yZWlnbi1zaG9wLXNlY3JldC1rZXk="


def standard_webhook(secret: str, body: bytes, at: datetime) -> Delivery:
    return Delivery("POST", sign([secret], "wh-1", at, body), {}, body, at)


@dataclass(frozen=True)
class Peer:
    """How a platform looks to its adapter. ``window`` is None where the platform signs no time."""

    deliver: Callable[[str, bytes, datetime], Delivery]
    secret: str = SECRET
    foreign: str = FOREIGN
    window: timedelta | None = timedelta(seconds=300)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    entered: Callable[[str], tuple[str, ...]] = lambda secret: (secret,)
    """How an admin enters a secret: platforms with several name each."""
    page: Callable[[bytes], Facts] | None = None
    """Reads a recorded payload where the platform only rings and its messages are pulled."""


def chatwoot_webhook(secret: str, body: bytes, at: datetime) -> Delivery:
    return Delivery("POST", sign_by(load_schemes()["timestamp-body"], secret, "d-1", at, body), {}, body, at)


AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
OWNER = "wxshop000000000001"
RING = "<xml><ToUserName>{corp}</ToUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>\
<Event>kf_msg_or_event</Event><Token>lent</Token><OpenKfId>wkTEST</OpenKfId></xml>"


def sealed_push(token: str, body: bytes, at: datetime) -> Delivery:
    """A push in safe mode, its envelope XML where the message is."""
    sealed, timestamp = seal(AES_KEY, OWNER, body, b"0123456789abcdef"), str(int(at.timestamp()))
    query = {"timestamp": timestamp, "nonce": "n1", "encrypt_type": "aes"}
    query["msg_signature"] = signature(token, timestamp, "n1", sealed)
    xml = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    return Delivery("POST", {}, query, (xml if body[:1] == b"<" else json.dumps({"Encrypt": sealed})).encode(), at)


def ring_of(token: str, body: bytes, at: datetime) -> Delivery:
    """The platform only rings; a recorded page is what is pulled then. Any other body stands in the ring's place."""
    return sealed_push(token, RING.format(corp=OWNER).encode() if b"msg_list" in body else body, at)


def sealed_secrets(token: str) -> tuple[str, ...]:
    return (f"token={token}", f"aes_key={AES_KEY}", "app_secret=s", "kf_secret=s")


PEERS = {
    "wechat": Peer(sealed_push, "tok-own", "tok-other", options={"app_id": OWNER}, entered=sealed_secrets),
    "wecom_kf": Peer(
        ring_of,
        "tok-own",
        "tok-other",
        options={"corp_id": OWNER},
        entered=sealed_secrets,
        page=lambda body: read_page(body).facts,
    ),
    "chatwoot": Peer(chatwoot_webhook, "cw-secret", "other-secret", options={"account_id": 1}),
    "sandbox": Peer(standard_webhook),
    "standard": Peer(standard_webhook),
}
PAYLOADS = [
    pytest.param(name, path, id=f"{name}/{path.stem}")
    for name in ADAPTERS
    for path in sorted((Path(__file__).parent / name / "payloads").glob("*.json"))
]
CROWD = b'{"type":"message","data":[' + b"{}," * 50_000 + b"{}]}"
each_adapter = pytest.mark.parametrize("name", sorted(ADAPTERS))


def channel_of(name: str, **changes: Any) -> Channel:
    peer = PEERS[name]
    channel = Channel("shop-a.1", "shop-a", name, peer.entered(peer.secret), options=peer.options)
    return dataclasses.replace(channel, **changes)


def recorded(path: Path) -> tuple[bytes, dict[str, Any]]:
    case = json.loads(path.read_text("utf-8"))
    body = case["body"]
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)  # XML is written down as text
    return raw.encode(), case["expect"]


def read(name: str, body: bytes, *, channel: Channel | None = None, now: datetime = NOW) -> Facts:
    peer = PEERS[name]
    delivery = peer.deliver(peer.secret, body, NOW)
    facts = ADAPTERS[name].adapter.read(delivery, channel or channel_of(name), now)
    if isinstance(facts, Fetch) and peer.page:
        return peer.page(body)
    assert isinstance(facts, Facts)
    return facts


def plain(facts: Facts) -> dict[str, Any]:
    """Facts as the recorded files write them."""
    messages = [
        {**dataclasses.asdict(one), "sent_at": one.sent_at and one.sent_at.isoformat(), "meta": dict(one.meta)}
        for one in facts.messages
    ]
    told: dict[str, Any] = {"messages": messages, "odd": [one.where for one in facts.odd]}
    return told if facts.ack is None else {**told, "ack": facts.ack.body.decode()}


def a_text(name: str) -> bytes:
    return recorded(Path(__file__).parent / name / "payloads" / "buyer_message__text.json")[0]


def test_every_registered_adapter_is_tested():
    assert set(PEERS) == set(ADAPTERS)
    assert {name: wire.adapter.name for name, wire in ADAPTERS.items()} == {name: name for name in ADAPTERS}


@each_adapter
def test_has_recorded_payloads_for_what_must_be_told_apart(name):
    told = {path.stem.split("__")[0] for _, path in (case.values for case in PAYLOADS) if path.parts[-3] == name}
    able = ADAPTERS[name].adapter.capabilities(channel_of(name))
    needed = {"buyer_message", "odd"}
    needed |= {"agent_typed"} if able.sees_human_replies else set()
    needed |= {"buyer_recalls"} if able.has_recall else set()
    assert needed <= told


@pytest.mark.parametrize(("name", "path"), PAYLOADS)
def test_recorded_payload(name, path):
    body, expect = recorded(path)
    facts = read(name, body)
    assert plain(facts) == expect
    assert all(one.why for one in facts.odd), "an odd item says why"


@pytest.mark.parametrize(("name", "path"), PAYLOADS)
def test_p04_same_bytes_give_the_same_facts(name, path):
    body, _ = recorded(path)
    assert read(name, body) == read(name, body, now=NOW + timedelta(seconds=200))


@pytest.mark.parametrize(("name", "path"), PAYLOADS)
def test_times_are_aware_utc_and_words_are_ours(name, path):
    for message in read(name, recorded(path)[0]).messages:
        assert message.sent_at is None or message.sent_at.utcoffset() == timedelta()
        assert isinstance(message.sender, Sender)
        assert isinstance(message.kind, Kind)
        assert message.message_id
        assert message.conversation


def changed(delivery: Delivery) -> Delivery:
    """Another character of the body, in the middle of a sealed one."""
    body = delivery.body.replace("货".encode(), "貨".encode())
    if body == delivery.body:
        middle = len(body) // 2
        body = body[:middle] + (b"A" if body[middle : middle + 1] != b"A" else b"B") + body[middle + 1 :]
    return dataclasses.replace(delivery, body=body)


def cut(delivery: Delivery) -> Delivery:
    return dataclasses.replace(delivery, body=delivery.body[: len(delivery.body) // 2])


FORGERIES = {
    "another shop's secret": lambda peer, body: peer.deliver(peer.foreign, body, NOW),
    "a changed body": lambda peer, body: changed(peer.deliver(peer.secret, body, NOW)),
    "a body that breaks off": lambda peer, body: cut(peer.deliver(peer.secret, body, NOW)),
    "no headers, no parameters": lambda peer, body: dataclasses.replace(
        peer.deliver(peer.secret, body, NOW), headers={}, query={}
    ),
    "nothing at all": lambda peer, body: Delivery("GET", {}, {}, b"", NOW),
}


@each_adapter
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_p03_forged_is_refused(name, forge):
    delivery = forge(PEERS[name], a_text(name))
    with pytest.raises(BadSignature) as told:
        ADAPTERS[name].adapter.read(delivery, channel_of(name), NOW)
    assert str(told.value), "and says why"


@each_adapter
def test_p03_outside_the_clock_window_is_refused(name):
    peer = PEERS[name]
    if peer.window is None:
        return
    delivery = peer.deliver(peer.secret, a_text(name), NOW)
    adapter, channel, second = ADAPTERS[name].adapter, channel_of(name), timedelta(seconds=1)
    for limit in (peer.window, -peer.window):
        assert adapter.read(delivery, channel, NOW + limit)
        with pytest.raises(BadSignature):
            adapter.read(delivery, channel, NOW + limit + (second if limit > timedelta() else -second))


@each_adapter
@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",)], ids=["none", "empty", "only a prefix"])
def test_p03_without_a_secret_nothing_is_accepted(name, secrets):
    channel = channel_of(name, secrets=secrets)
    with pytest.raises(BadSignature):
        read(name, a_text(name), channel=channel)
    assert ADAPTERS[name].adapter.check(channel), "and the settings page says so"


@each_adapter
def test_p03_two_secrets_are_valid_during_a_rotation(name):
    peer = PEERS[name]
    channel = channel_of(name, secrets=(*peer.entered(peer.foreign), *peer.entered(peer.secret)))
    assert read(name, a_text(name), channel=channel).messages


@each_adapter
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"type":"new"}', CROWD])
def test_p02_signed_but_unreadable_says_why(name, body):
    with pytest.raises(Unreadable) as told:
        read(name, body)
    assert "/" in str(told.value), "the JSON pointer"


@each_adapter
def test_answers_have_the_platforms_form(name):
    adapter = ADAPTERS[name].adapter
    assert 200 <= adapter.accepted().status < 300
    assert adapter.refused("no").status == 401
    assert adapter.retry_later().status == 503
    assert adapter.retry_later().headers["Retry-After"]


@each_adapter
async def test_the_registry_makes_a_client_that_closes(name):
    await make_clients(FakePlatform(lambda _: NOW))[name].close()
