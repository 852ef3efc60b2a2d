"""The published numbers of WeChat and WeCom: signature, handshake, sealed messages and sealed replies, each by its id."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.base import BadSignature, Channel, Delivery, Facts, Fetch, Handshake, Unreadable
from adapters.wechat import WechatAdapter
from adapters.wechat_crypto import check_signature, read_xml, seal, signature, unseal
from adapters.wecom_kf import WecomKfAdapter
from adapters.wecom_kf.wire import read_page
from bot.core.message import Kind

FOUND = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
VECTORS = [one for one in FOUND["vectors"] if one["platform"] in ("wechat", "wechat-shop", "wecom", "wecom-kf")]
OF = {kind: [one for one in VECTORS if one["kind"] == kind] for kind in ("handshake", "verify", "decrypt", "encrypt")}
PUBLISHED = [one for one in FOUND["payloads"] if one["platform"] in ("wechat", "wecom-kf")]


def ids(vectors: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in vectors]


def at(given: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(given["query"]["timestamp"]), UTC)


def owner_of(given: dict[str, Any]) -> str:
    return str(given.get("appid") or given.get("receive_id"))


def kf(given: dict[str, Any]) -> Channel:
    secrets = (f"token={given['token']}", f"aes_key={given['encoding_aes_key']}", "kf_secret=s")
    return Channel("s.1", "s", "wecom_kf", secrets, "", {"corp_id": owner_of(given)})


def wechat(given: dict[str, Any], **options: Any) -> Channel:
    secrets = [f"token={given['token']}"]
    if "encoding_aes_key" in given:
        secrets.append(f"aes_key={given['encoding_aes_key']}")
    return Channel("s.1", "s", "wechat", tuple(secrets), "", {"app_id": given.get("appid", "wx_any"), **options})


@pytest.mark.parametrize("vector", OF["handshake"], ids=ids(OF["handshake"]))
def test_the_check_of_an_address_is_answered(vector: dict[str, Any]) -> None:
    given, expect = vector["input"], vector["expect"]
    adapter, channel = (WecomKfAdapter(), kf(given)) if vector["platform"] == "wecom" else (WechatAdapter(), wechat(given))  # fmt: skip
    asked = Delivery("GET", {}, given["query"], b"", at(given))
    if not expect["valid"]:
        with pytest.raises(BadSignature):
            adapter.read(asked, channel, at(given))
        return
    told = adapter.read(asked, channel, at(given))
    assert isinstance(told, Handshake)
    assert told.ack.body.decode() == expect["response_body"]


@pytest.mark.parametrize("vector", OF["verify"], ids=ids(OF["verify"]))
def test_a_plain_signature(vector: dict[str, Any]) -> None:
    given = vector["input"]
    if vector["expect"]["valid"]:
        assert check_signature([given["token"]], given["query"], "signature", at(given)) == given["token"]
    else:
        with pytest.raises(BadSignature):
            check_signature([given["token"]], given["query"], "signature", at(given))


@pytest.mark.parametrize("vector", OF["decrypt"], ids=ids(OF["decrypt"]))
def test_a_sealed_message_opens_for_its_owner_only(vector: dict[str, Any]) -> None:
    given, expect = vector["input"], vector["expect"]
    check_signature([given["token"]], given["query"], "msg_signature", at(given), given["encrypt"])
    if not expect["valid"]:
        with pytest.raises(BadSignature):
            unseal([given["encoding_aes_key"]], given["encrypt"], owner_of(given))
        return
    plain, _ = unseal([given["encoding_aes_key"]], given["encrypt"], owner_of(given))
    assert plain.decode() == expect["plaintext"]
    with pytest.raises(BadSignature):
        unseal([given["encoding_aes_key"]], given["encrypt"], "another")
    with pytest.raises(BadSignature):
        unseal(["B" + "A" * 42], given["encrypt"], owner_of(given))


@pytest.mark.parametrize("vector", OF["encrypt"], ids=ids(OF["encrypt"]))
def test_a_reply_is_sealed_as_the_platform_does_it(vector: dict[str, Any]) -> None:
    given, expect = vector["input"], vector["expect"]
    sealed = seal(given["encoding_aes_key"], owner_of(given), given["plaintext"].encode(), given["random"].encode())
    assert sealed == expect["encrypt"]
    assert signature(given["token"], given["timestamp"], given["nonce"], sealed) == expect["msg_signature"]


def test_the_official_plain_push_is_read_only_by_choice() -> None:
    given = next(one for one in VECTORS if one["id"] == "wx-post-plain")["input"]
    push = Delivery("POST", {}, given["query"], given["body"].encode(), at(given))
    with pytest.raises(BadSignature, match="明文"):
        WechatAdapter().read(push, wechat(given), at(given))
    facts = WechatAdapter().read(push, wechat(given, accept_weak=True), at(given))
    assert isinstance(facts, Facts)
    assert facts.messages[0].meta == {"state": "debug_demo"}


def test_plain_mode_by_choice_does_not_open_safe_mode_to_forgers() -> None:
    given = next(one for one in VECTORS if one["id"] == "wx-safe")["input"]
    body = json.dumps({"Encrypt": given["encrypt"]}).encode()
    good = Delivery("POST", {}, given["query"], body, at(given))
    assert isinstance(WechatAdapter().read(good, wechat(given, accept_weak=True), at(given)), Facts)
    forged = {**given["query"], "msg_signature": "0" * 40}
    with pytest.raises(BadSignature):
        WechatAdapter().read(Delivery("POST", {}, forged, body, at(given)), wechat(given, accept_weak=True), at(given))


def test_the_ring_of_wecom_says_what_to_pull() -> None:
    vector = next(one for one in VECTORS if one["id"] == "wecom-kf-event")
    given = vector["input"]
    body = f"<xml><Encrypt><![CDATA[{given['encrypt']}]]></Encrypt></xml>".encode()
    told = WecomKfAdapter().read(Delivery("POST", {}, given["query"], body, at(given)), kf(given), at(given))
    assert isinstance(told, Fetch)
    inner = read_xml(vector["expect"]["plaintext"].encode())
    assert told.instruction == {"account": inner["OpenKfId"], "token": inner["Token"]}


@pytest.mark.parametrize("case", PUBLISHED, ids=ids(PUBLISHED))
def test_a_published_payload_comes_out_as_it_should(case: dict[str, Any]) -> None:
    raw = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    if case["platform"] == "wechat":
        now = datetime(2026, 5, 1, tzinfo=UTC)
        facts = WechatAdapter().peek(Delivery("POST", {}, {}, raw.encode(), now), wechat({"token": "t"}), now)
    else:
        facts = read_page(raw.encode()).facts
    message, expect = facts.messages[0], case["expect"][0]
    assert message.conversation == expect["conversation"]
    assert message.message_id == expect.get("message_id", expect.get("dedupe"))
    assert message.sent_at is not None
    assert int(message.sent_at.timestamp() * 1000) == expect["ts_ms"]
    if expect["type"] == "recall":
        assert (message.kind, message.meta["target"], message.sender) == (Kind.RECALL, expect["recalled"], expect["by"])
    else:
        assert message.sender == expect["role"]
        assert message.text == expect.get("text", "")
        assert message.meta.get("agent") == expect.get("agent")


HOSTILE = [
    b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>&a;</MsgType></xml>',
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
    b"<xml>" * 50_000,
    b"<xml>" + b"<a/>" * 50_000 + b"</xml>",
    b"<xml><a></xml>",
    b"<xml>&undefined;</xml>",
    b"\x00<xml/>",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_xml_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        read_xml(body)
    assert str(told.value).startswith("/: ")


def test_wide_and_repeated_elements_are_read_flat() -> None:
    assert read_xml("<xml><a> 好 </a><a>二</a><b><c>1</c></b></xml>".encode()) == {"a": " 好 ", "b": {"c": "1"}}
