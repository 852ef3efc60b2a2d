"""What an admin may type for a standard channel, and what its options claim."""

import pytest

from adapters.base import Capabilities, Channel
from adapters.standard import StandardAdapter

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADAPTER = StandardAdapter()


def channel(**typed) -> Channel:
    return Channel("shop-a.1", "shop-a", "standard", **{"secrets": (SECRET,), **typed})


SETTINGS = [
    #            typed                                       the setting named first, or "" where all is fine
    pytest.param({}, "", id="a secret is enough to listen"),
    pytest.param({"send_url": "https://bridge.example/in?k=1"}, "", id="https"),
    pytest.param({"send_url": "http://127.0.0.1:9000/in"}, "", id="loopback, typed by the admin"),
    pytest.param({"send_url": "http://[::1]:9000/in"}, "", id="loopback, version 6"),
    pytest.param({"send_url": "ftp://bridge.example/in"}, "send_url", id="ftp"),
    pytest.param({"send_url": "file:///etc/passwd"}, "send_url", id="a file"),
    pytest.param({"send_url": "bridge.example/in"}, "send_url", id="no scheme"),
    pytest.param({"send_url": "http:///in"}, "send_url", id="no host"),
    pytest.param({"send_url": "http://bridge.example:x/in"}, "send_url", id="a port that is none"),
    pytest.param({"send_url": "http://[::1/in"}, "send_url", id="a bracket missing"),
    pytest.param({"send_url": "https://user:word@bridge.example/"}, "send_url", id="a password in the address"),
    pytest.param({"secrets": ()}, "secrets", id="no secret"),
    pytest.param({"secrets": ("whsec_不是",)}, "secrets[0]", id="not base64"),
    pytest.param({"secrets": (SECRET, "")}, "secrets[1]", id="the second one empty"),
    pytest.param({"options": {"dedupes": True, "text_limit": 500, "api_sent_counts": "no"}}, "", id="good options"),
    pytest.param({"options": {"dedupe": True}}, "options.dedupe", id="a misspelt option"),
    pytest.param({"options": {"dedupes": "yes"}}, "options.dedupes", id="a word for a flag"),
    pytest.param({"options": {"app_url": "https://im.example.com/?buyer={buyer}"}}, "", id="the platform's own app"),
    pytest.param({"options": {"app_url": "javascript:alert(1)"}}, "options.app_url", id="a script for an address"),
    pytest.param({"options": {"app_url": 7}}, "options.app_url", id="a number for an address"),
    pytest.param({"options": {"api_sent_counts": True}}, "options.api_sent_counts", id="a flag for a word"),
    pytest.param({"options": {"text_limit": 0}}, "options.text_limit", id="no room for text"),
    pytest.param({"options": {"text_limit": True}}, "options.text_limit", id="a flag for a number"),
]


@pytest.mark.parametrize(("typed", "names"), SETTINGS)
def test_settings(typed, names):
    wrong = ADAPTER.check(channel(**typed))
    assert [line.split(":")[0] for line in wrong[:1]] == ([names] if names else []), wrong


def test_what_the_options_claim():
    options = {
        "dedupes": True,
        "sees_human_replies": False,
        "echoes_own": True,
        "api_sent_counts": "no",
        "text_limit": 500,
    }
    assert ADAPTER.capabilities(channel(send_url="http://127.0.0.1/", options=options)) == Capabilities(
        sees_human_replies=False, echoes_own=True, dedupes=True, api_sent_counts="no", text_limit=500
    )


def test_without_options_nothing_is_claimed_that_costs_if_wrong():
    plain = ADAPTER.capabilities(channel())
    assert (plain.dedupes, plain.can_send, plain.api_sent_counts) == (False, False, "unknown")


def test_options_that_cannot_be_read_claim_nothing():
    odd = {"dedupes": 1, "api_sent_counts": ["yes"], "text_limit": "500"}
    assert ADAPTER.capabilities(channel(options=odd)) == ADAPTER.capabilities(channel())
