"""Standard Webhooks: the published vectors, both ends of the clock window, and headers nobody should send."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import BadSignature
from adapters.signing import decode_secret, sign, verify

VECTORS = json.loads((Path(__file__).parent / "standard" / "vectors.json").read_text("utf-8"))
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_c2VjcmV0LWtleQ"
NOW = datetime(2026, 5, 1, 6, 0, 0, tzinfo=UTC)
BODY = '{"text":"几点发货？"}'.encode()
HEADERS = sign([SECRET], "wh-1", NOW, BODY)


def accepts(secrets, headers, body, now):
    try:
        verify(secrets, headers, body, now)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_published_vector(vector):
    given_ = vector["input"]
    now = datetime.fromtimestamp(given_["now"], UTC)
    valid = accepts([given_["secret"]], given_["headers"], given_["body"].encode(), now)
    assert valid is vector["expect"]["valid"], vector.get("note", vector["origin"])


def test_all_nine_vectors_are_here():
    assert len(VECTORS) == 9


@pytest.mark.parametrize(
    ("signed_at", "accepted"),
    [
        pytest.param(-301, False, id="301 s old"),
        pytest.param(-300, True, id="300 s old"),
        pytest.param(0, True, id="now"),
        pytest.param(300, True, id="300 s ahead"),
        pytest.param(301, False, id="301 s ahead"),
    ],
)
def test_p03_clock_window(signed_at, accepted):
    at = datetime.fromtimestamp(NOW.timestamp() + signed_at, UTC)
    headers = sign([SECRET], "wh-1", at, BODY)
    assert accepts([SECRET], headers, BODY, NOW) is accepted
    assert accepts([SECRET], headers, BODY, NOW.replace(microsecond=999_999)) is accepted, "whole seconds count"


@pytest.mark.parametrize(
    ("signs", "knows", "accepted"),
    [
        pytest.param([SECRET], [SECRET], True, id="one secret"),
        pytest.param([SECRET], [OTHER, SECRET], True, id="old one still valid"),
        pytest.param([OTHER, SECRET], [SECRET], True, id="sender signs with both"),
        pytest.param([OTHER], [SECRET], False, id="another shop's secret"),
        pytest.param([SECRET], ["whsec_???", SECRET], True, id="a broken old secret does not lock out the new"),
        pytest.param([SECRET], ["whsec_???"], False, id="only a broken secret"),
        pytest.param([SECRET], [""], False, id="an empty secret accepts nothing"),
        pytest.param([SECRET], [], False, id="no secret accepts nothing"),
    ],
)
def test_p03_rotation_and_missing_secrets(signs, knows, accepted):
    assert accepts(knows, sign(signs, "wh-1", NOW, BODY), BODY, NOW) is accepted


@pytest.mark.parametrize(
    ("header", "value"),
    [
        pytest.param("webhook-id", None, id="no id"),
        pytest.param("webhook-id", "", id="empty id"),
        pytest.param("webhook-id", "wh-2", id="another id"),
        pytest.param("webhook-id", "a\x00b", id="NUL in the id"),
        pytest.param("webhook-id", "\udcff", id="bytes that are no text in the id"),
        pytest.param("webhook-id", "i" * 201, id="endless id"),
        pytest.param("webhook-timestamp", None, id="no time"),
        pytest.param("webhook-timestamp", "soon", id="words for a time"),
        pytest.param("webhook-timestamp", "1777615200.5", id="a fraction"),
        pytest.param("webhook-timestamp", "１７７７６１５２００", id="full-width digits"),
        pytest.param("webhook-timestamp", "9" * 5000, id="a number too long to read"),
        pytest.param("webhook-timestamp", "-1", id="before time"),
        pytest.param("webhook-signature", None, id="no signature"),
        pytest.param("webhook-signature", "", id="empty signature"),
        pytest.param("webhook-signature", "v1,", id="nothing after the comma"),
        pytest.param("webhook-signature", "v1", id="no comma"),
        pytest.param("webhook-signature", "v1,签名", id="not base64"),
        pytest.param("webhook-signature", "v1,\udcff\ud800", id="not even text"),
        pytest.param("webhook-signature", HEADERS["webhook-signature"].replace("v1,", "v1a,"), id="asymmetric version"),
        pytest.param("webhook-signature", HEADERS["webhook-signature"].removeprefix("v1,"), id="no version"),
    ],
)
def test_p03_odd_headers_are_refused(header, value):
    headers = {name: text for name, text in {**HEADERS, header: value}.items() if text is not None}
    assert not accepts([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY[:-1], BODY.replace(b"{", b"[")])
def test_p03_a_changed_body_is_refused(body):
    assert not accepts([SECRET], HEADERS, body, NOW)


def test_an_unknown_version_beside_a_good_one_is_skipped():
    headers = {**HEADERS, "webhook-signature": "v9,abc " + HEADERS["webhook-signature"]}
    assert accepts([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "  ", "whsec_不是", "whsec_a", "whsec_===="])
def test_an_unusable_secret_says_so_and_does_not_repeat_it(secret):
    with pytest.raises(ValueError, match="whsec_") as told:
        decode_secret(secret)
    assert len(secret.strip()) <= len("whsec_") or secret not in str(told.value)


def test_signing_without_a_secret_is_refused():
    with pytest.raises(ValueError, match="no secret"):
        sign([], "wh-1", NOW, BODY)


@given(st.dictionaries(st.sampled_from(sorted(HEADERS)), st.text()), st.binary(max_size=200))
def test_no_header_or_body_does_anything_but_be_refused(headers, body):
    assert not accepts([SECRET], headers, body, NOW)
