"""The signature schemes: every vector that one names passes, and each scheme refuses what its sender did not sign."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.base import BadSignature, Delivery
from adapters.schemes import load_schemes, sign, sign_sorted, verify, wrong_secret

HERE = Path(__file__).parent
VECTORS = {
    vector["id"]: vector
    for name in ("vectors.json", "standard/vectors.json")
    for found in [json.loads((HERE / name).read_text("utf-8"))]
    for vector in (found["vectors"] if isinstance(found, dict) else found)
}
SCHEMES = load_schemes()
NAMED = [(name, vector) for name, scheme in SCHEMES.items() for vector in scheme.vectors]
NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
BODY = '{"text":"几点发货？"}'.encode()
AES_KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
BY_HEADER = [name for name, one in SCHEMES.items() if one.how not in ("sorted", "aes-cbc")]


def secret_of(given: dict[str, Any]) -> str:
    return next(given[name] for name in ("secret", "app_secret", "client_secret", "secret_token", "message_secret") if name in given)  # fmt: skip


def as_delivery(given: dict[str, Any]) -> Delivery:
    headers = {name.lower(): value for name, value in given.get("headers", {}).items()}
    return Delivery("POST", headers, given.get("params", {}), given.get("body", "").encode(), NOW)


@pytest.mark.parametrize(("name", "vector"), NAMED, ids=[f"{name}/{vector}" for name, vector in NAMED])
def test_a_scheme_agrees_with_each_of_its_vectors(name: str, vector: str) -> None:
    case = VECTORS[vector]
    given, expect = case["input"], case["expect"]
    if case.get("kind") == "api-sign":
        params = given["params"]
        assert sign_sorted(params, given["app_secret"], params["sign_method"]) == expect["sign"]
        return
    now = datetime.fromtimestamp(given["now"], UTC) if "now" in given else NOW
    delivery = as_delivery(given)
    if expect.get("valid", True):
        told = verify(SCHEMES[name], [secret_of(given)], delivery, now, given.get("app_key", ""))
        assert told.id
        if "plaintext" in expect:
            assert told.body.decode() == expect["plaintext"]
    else:
        with pytest.raises(BadSignature):
            verify(SCHEMES[name], [secret_of(given)], delivery, now, given.get("app_key", ""))


def test_every_shipped_scheme_but_the_generic_one_has_a_vector() -> None:
    assert [name for name, scheme in SCHEMES.items() if not scheme.vectors] == ["hmac-base64"]


@pytest.mark.parametrize("name", BY_HEADER)
def test_what_is_signed_verifies_and_anything_else_does_not(name: str) -> None:
    scheme, secret, other = SCHEMES[name], "whsec_c2VjcmV0LWtleQ", "whsec_b3RoZXIta2V5LWFnYWlu"
    headers = sign(scheme, secret, "wh-1", NOW, BODY, "app")
    good = Delivery("POST", headers, {}, BODY, NOW)
    assert verify(scheme, [other, secret], good, NOW, "app").body == BODY, "two secrets during a rotation"
    with pytest.raises(BadSignature):
        verify(scheme, [other], good, NOW, "app")
    with pytest.raises(BadSignature):
        verify(scheme, [secret], Delivery("POST", {}, {}, BODY, NOW), NOW, "app")
    with pytest.raises(BadSignature):
        verify(scheme, [], good, NOW, "app")
    if not scheme.weak:
        with pytest.raises(BadSignature):
            verify(scheme, [secret], Delivery("POST", headers, {}, BODY + b" ", NOW), NOW, "app")
    if scheme.skew_s is not None:
        late = timedelta(seconds=scheme.skew_s)
        assert verify(scheme, [secret], good, NOW + late, "app")
        with pytest.raises(BadSignature):
            verify(scheme, [secret], good, NOW + late + timedelta(seconds=1), "app")


def test_a_scheme_that_protects_no_body_is_called_weak() -> None:
    assert {name for name, scheme in SCHEMES.items() if scheme.weak} == {"header-equal", "kuaishou-push"}


@pytest.mark.parametrize("body", [b"", b"?", b"AAAA", b"A" * 64, b"\xff\xfe"])
def test_what_does_not_decrypt_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(SCHEMES["kuaishou-push"], [AES_KEY], Delivery("POST", {}, {}, body, NOW), NOW)


def test_parameters_in_the_form_are_read_as_one_object() -> None:
    case = VECTORS["qimen-chatrobot"]["input"]
    form = "&".join(f"{name}={value}" for name, value in case["params"].items()).replace(" ", "+").encode()
    told = verify(SCHEMES["taobao-top"], [case["app_secret"]], Delivery("POST", {}, {}, form, NOW), NOW)
    assert json.loads(told.body)["event"] == '{"hello":"world"}'


@pytest.mark.parametrize(
    ("name", "secret", "fine"),
    [
        ("kuaishou-push", AES_KEY, True),
        ("kuaishou-push", "short", False),
        ("github-hex", "any words", True),
        ("github-hex", "", False),
        ("standard-webhooks", "any words", False),
    ],
)
def test_a_secret_is_checked_for_its_scheme(name: str, secret: str, fine: bool) -> None:
    assert (wrong_secret(SCHEMES[name], secret) == "") is fine


def test_without_an_id_of_the_sender_the_body_names_itself() -> None:
    scheme = SCHEMES["kuaishou-md5"]
    one, two = (
        verify(scheme, ["s"], Delivery("POST", sign(scheme, "s", "x", NOW, body), {}, body, NOW), NOW).id
        for body in (BODY, BODY + b" ")
    )
    assert one.startswith("body-")
    assert one != two
