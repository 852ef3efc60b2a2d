"""Mappings: the shipped examples read what they say, published payload shapes come out as they should, and a mistake is
told with its place."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import adapters.standard
from adapters.base import Channel, Delivery, Facts, Handshake
from adapters.standard import StandardAdapter
from bot.core.message import Kind, Sender
from bot.service.trying import try_payload

HERE = Path(__file__).parent
SHIPPED = Path(adapters.standard.__file__).parent / "examples"
EXAMPLES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.yaml"))}
CASES = sorted((HERE / "examples").glob("*.json"))
PUBLISHED = {one["id"]: one for one in json.loads((HERE.parent / "vectors.json").read_text("utf-8"))["payloads"]}
VECTORS = {one["id"]: one for one in json.loads((HERE.parent / "vectors.json").read_text("utf-8"))["vectors"]}
NOW = datetime(2026, 10, 9, 9, 0, tzinfo=UTC)
ADAPTER = StandardAdapter()
DOUYIN = {
    "probes": [{"when": {"/event": "verify_webhook"}, "body": {"challenge": "{/content/challenge}"}}],
    "id": "/content/server_message_id",
    "conversation": "/content/conversation_short_id",
    "buyer": {"paths": ["/from_user_id"]},
    "sender": {
        "rules": [
            {"when": {"/event": "im_receive_msg"}, "is": "buyer"},
            {"when": {"/event": "im_send_msg", "/content/source": ""}, "is": "agent"},
            {"when": {"/event": "im_send_msg", "/content/source": "KEY"}, "is": "bot"},
            {"when": {"/event": "im_send_msg"}, "is": "other_app"},
        ]
    },
    "kind": {"path": "/content/message_type", "table": {"text": "text", "image": "image"}},
    "text": "/content/text",
    "sent_at": "/content/create_time",
}
TAOBAO = {
    "id": "/body/msgId",
    "conversation": "/body/sender/nick",
    "buyer": "/body/sender/nick",
    "sender": {"path": "/body/sender/role", "table": {"buyer": "buyer", "customService": "agent"}},
    "kind": {"path": "/body/contentType", "table": {1: "text", 6: "image"}},
    "text": "/body/content/text",
}
ROLES = {"own_bot": "bot"}


def peek(options: dict[str, Any], body: bytes, headers: dict[str, str] | None = None) -> Facts | Handshake:
    channel = Channel("shop-a.1", "shop-a", "standard", ("secret",), "", options)
    assert [line for line in ADAPTER.check(channel) if line.startswith("options")] == []
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return ADAPTER.peek(Delivery("POST", lower, {}, body, NOW), channel, NOW)


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_shipped_example_reads_its_payloads(case: Path) -> None:
    name = case.stem.split("__")[0]
    given = json.loads(case.read_text("utf-8"))
    told = try_payload(ADAPTER, EXAMPLES[name], json.dumps(given["body"]).encode(), given["headers"], NOW)
    assert told == json.loads((HERE / "examples_expected.json").read_text("utf-8"))[case.stem]


def test_every_shipped_example_has_a_payload() -> None:
    assert {case.stem.split("__")[0] for case in CASES} == set(EXAMPLES)


PUBLISHED_BY = {
    **{name: EXAMPLES["chatwoot_like"] for name in PUBLISHED if name.startswith("pl-cw-")},
    **{name: {"signature": "douyin-sha1", "mapping": DOUYIN} for name in PUBLISHED if name.startswith("pl-dy-")},
    "pl-doudian-batch": EXAMPLES["doudian_orders"],
    "pl-tb-chatrobot": {"mapping": TAOBAO},
}


@pytest.mark.parametrize("name", PUBLISHED_BY)
def test_a_published_payload_comes_out_as_it_should(name: str) -> None:
    case = PUBLISHED[name]
    facts = peek(PUBLISHED_BY[name], json.dumps(case["body"]).encode())
    assert isinstance(facts, Facts)
    assert facts.odd == ()
    assert len(facts.messages) == len(case["expect"])
    for message, expect in zip(facts.messages, case["expect"], strict=True):
        assert message.sender == ROLES.get(expect["role"], expect["role"])
        for ours, theirs in (("message_id", "message_id"), ("conversation", "conversation"), ("text", "text")):
            if theirs in expect:
                assert getattr(message, ours) == expect[theirs]
        if "ts_ms" in expect:
            assert message.sent_at is not None
            assert round(message.sent_at.timestamp() * 1000) == expect["ts_ms"]
    if name == "pl-cw-private":
        assert facts.messages[0].kind is Kind.INTERNAL_NOTE


@pytest.mark.parametrize(
    ("vector", "options", "answer"),
    [
        ("douyin-handshake", {"signature": "douyin-sha1", "mapping": DOUYIN}, b'{"challenge":12345}'),
        (
            "doudian-probe",
            {
                **EXAMPLES["doudian_orders"],
                "signature": {"scheme": "doudian-md5", "app_key": "6800000000000000001"},
            },
            b'{"code":0,"msg":"success"}',
        ),
    ],
)
def test_a_signed_probe_gets_its_answer(vector: str, options: dict[str, Any], answer: bytes) -> None:
    given = VECTORS[vector]["input"]
    secret = given.get("client_secret") or given["app_secret"]
    headers = {name.lower(): value for name, value in given["headers"].items()}
    channel = Channel("shop-a.1", "shop-a", "standard", (secret,), "", options)
    told = ADAPTER.read(Delivery("POST", headers, {}, given["body"].encode(), NOW), channel, NOW)
    assert isinstance(told, Handshake)
    assert told.ack.body == answer


def mapped(**changes: Any) -> dict[str, Any]:
    plain = {"conversation": "/c", "buyer": "/b", "sender": "buyer", "text": "/t", "id": "/id"}
    return {"mapping": {name: value for name, value in {**plain, **changes}.items() if value is not None}}


TIMES = [
    ("auto", 1760000000, "2025-10-09T08:53:20+00:00"),
    ("auto", 1760000000123, "2025-10-09T08:53:20.123000+00:00"),
    ("auto", "1760000000", "2025-10-09T08:53:20+00:00"),
    ("s", 1760000000, "2025-10-09T08:53:20+00:00"),
    ("ms", 1760000000000, "2025-10-09T08:53:20+00:00"),
    ("auto", "2025-10-09 16:53:20", "2025-10-09T08:53:20+00:00"),
    ("auto", "2025-10-09 08:53:20 UTC", "2025-10-09T08:53:20+00:00"),
    ("iso", "2025-10-09T16:53:20+08:00", "2025-10-09T08:53:20+00:00"),
    ("auto", None, None),
]


@pytest.mark.parametrize(("unit", "given", "utc"), TIMES)
def test_times_of_every_unit(unit: str, given: Any, utc: str | None) -> None:
    options = mapped(sent_at={"path": "/at", "unit": unit, "zone": "Asia/Shanghai"})
    facts = peek(options, json.dumps({"id": 1, "c": "c", "b": "b", "t": "在吗", "at": given}).encode())
    assert isinstance(facts, Facts)
    at = facts.messages[0].sent_at
    assert (at and at.isoformat()) == utc


@pytest.mark.parametrize("at", [10**14, -(10**14), "soon", "2025-13-01", {"s": 1}, 10**30])
def test_a_time_that_is_none_makes_the_item_odd_or_is_left_out(at: Any) -> None:
    facts = peek(mapped(sent_at="/at"), json.dumps({"id": 1, "c": "c", "b": "b", "t": "在吗", "at": at}).encode())
    assert isinstance(facts, Facts)
    assert len(facts.messages) + len(facts.odd) == 1


def test_nested_lists_are_taken_apart_in_their_order() -> None:
    body = {"entry": [{"m": [{"c": "1", "b": "b", "t": "一"}]}, {"m": '[{"c":"2","b":"b","t":"二"}]'}]}
    facts = peek(mapped(items="/entry/*/m", id=None), json.dumps(body).encode())
    assert isinstance(facts, Facts)
    assert [(one.conversation, one.text, one.message_id) for one in facts.messages] == [
        ("1", "一", "webhook-id/0"),
        ("2", "二", "webhook-id/1"),
    ]


def test_an_item_can_take_what_stands_around_it() -> None:
    options = mapped(items="/data", conversation={"join": ":", "paths": ["^/shop", "/c"]}, id="@x-id")
    facts = peek(options, b'{"shop":9,"data":[{"c":"c","b":"b","t":"1"}]}', {"X-Id": "h-1"})
    assert isinstance(facts, Facts)
    assert [(one.conversation, one.message_id) for one in facts.messages] == [("9:c", "h-1")]


@pytest.mark.parametrize(("told", "where"), [({"b": "b7", "o": "o1"}, "b7"), ({"o": "o1"}, "o1")])
def test_an_order_event_that_names_its_buyer_stands_in_the_buyers_conversation(
    told: dict[str, str], where: str
) -> None:
    options = mapped(conversation=["/b", "/o"], sender="system", kind="order_event", text=None, meta={"order": "/o"})
    facts = peek(options, json.dumps({"id": "e1", **told}).encode())
    assert isinstance(facts, Facts)
    [one] = facts.messages
    assert (one.conversation, one.kind, one.meta) == (where, Kind.ORDER_EVENT, {"order": "o1"})


def test_an_unknown_sender_is_never_a_person() -> None:
    options = mapped(sender={"path": "/who", "table": {"1": "buyer"}})
    facts = peek(options, b'{"c":"c","t":"1","who":2}')
    assert isinstance(facts, Facts)
    assert [one.sender for one in facts.messages] == [Sender.UNKNOWN]


def test_a_kind_the_table_lacks_is_kept_by_its_own_word() -> None:
    options = mapped(kind={"path": "/k", "table": {"1": "text"}})
    facts = peek(options, b'{"c":"c","b":"b","k":"sticker"}')
    assert isinstance(facts, Facts)
    assert (facts.messages[0].kind, facts.messages[0].meta) == (Kind.OTHER, {"raw_kind": "sticker"})


def test_what_is_no_json_is_listed_and_still_answered_in_the_senders_form() -> None:
    facts = peek(mapped(ack={"body": {"code": 0, "n": "{^/n}"}}), b"hello")
    assert isinstance(facts, Facts)
    assert facts.odd
    assert facts.ack is not None
    assert facts.ack.body == b'{"code":0,"n":null}'


WRONG = [
    (mapped(sender="robot"), "options.mapping.sender"),
    (mapped(kind={"table": {"1": "sticker"}}), "options.mapping.kind"),
    (mapped(conversation=None), "options.mapping.conversation"),
    (mapped(conversation="c"), "options.mapping.conversation.paths.0"),
    (mapped(sent_at={"path": "/t", "zone": "Mars/Base"}), "options.mapping.sent_at.zone"),
    (mapped(sent_at={"path": "/t", "unit": "h"}), "options.mapping.sent_at.unit"),
    (mapped(colour="/c"), "options.mapping.colour"),
    (mapped(items="@header"), "options.mapping.items"),
    (mapped(text="/a" * 20), "options.mapping.text.paths.0"),
    (mapped(ack={"status": 500}), "options.mapping.ack.status"),
    (mapped(send={"body": {"t": "{words}"}}), "options.mapping.send"),
    (mapped(send={"body": {"t": "{secret}"}}), "options.mapping.send"),
    (mapped(send={"body": {}, "sign": "taobao-top"}), "options.mapping.send.sign"),
    ({"signature": "rot13"}, "options.signature"),
    ({"signature": "header-equal"}, "options.signature"),
    ({"signature": "doudian-md5"}, "options.signature"),
    ({"quotas": [{"sends": 0, "window_s": 1}]}, "options.quotas.0.sends"),
    ({"mapping": "text"}, "options.mapping"),
]


@pytest.mark.parametrize(("options", "where"), WRONG)
def test_a_mistake_is_told_with_its_place_in_both_languages(options: dict[str, Any], where: str) -> None:
    wrong = ADAPTER.check(Channel("shop-a.1", "shop-a", "standard", ("whsec_c2VjcmV0LWtleQ",), "", options))
    told = {line.partition(": ")[0]: line.partition(": ")[2] for line in wrong}
    assert where in told, wrong
    assert " · " in told[where]


def test_a_weak_scheme_is_taken_only_by_choice() -> None:
    options = {"signature": {"scheme": "header-equal", "accept_weak": True}, **mapped()}
    channel = Channel("shop-a.1", "shop-a", "standard", ("tg_secret-1",), "", options)
    assert ADAPTER.check(channel) == []


def test_whoever_gives_a_send_address_says_how_to_send() -> None:
    channel = Channel("shop-a.1", "shop-a", "standard", ("whsec_c2VjcmV0LWtleQ",), "https://x.example/", mapped())
    assert [line.partition(": ")[0] for line in ADAPTER.check(channel)] == ["options.mapping.send"]
