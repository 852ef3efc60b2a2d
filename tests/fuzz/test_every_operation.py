"""Every operation of the OpenAPI document, called with what its schema allows and what it does not: a real server
answers each without an error of its own. A few calls each in the suite; ``make fuzz`` makes many."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig

import bot
from bot.web import openapi
from bot.web.routes import ALL
from tests.cli.processes import SECRET, TOKEN, Served, miaohui, serving

CALLS = max(2, int(os.environ.get("FUZZ", "0")) // 100)
NOT_CALLED = {
    ("get", "/api/v1/feed"): "a socket, no call",
    ("post", "/api/v1/sim/{channel}/burst"): "goes on for a minute",
    ("get", "/readyz"): "says 503 when the disk of the machine is full",
}
KNOWN = {"shop": ["shop", "nowhere"], "channel": ["shop.main", "shop.sim"]}
"""Parts of paths with values that exist, so that handlers are reached."""
DOCUMENT = {
    "version": 1,
    "shops": [{"id": "shop", "name": "店", "platform": "xiaohongshu"}],
    "channels": [
        {"key": "shop.main", "shop": "shop", "adapter": "standard", "secrets": [SECRET]},
        {"key": "shop.sim", "shop": "shop", "adapter": "sandbox", "secrets": [SECRET]},
    ],
    "users": [{"name": "小林", "password": "miaohui-fuzz-1", "role": "agent", "shops": ["shop"]}],
    "tokens": [{"name": "watch", "value": TOKEN, "role": "admin", "shops": "*"}],
    "faq": [{"shop": "shop", "entries": [{"id": "ship", "question": "多久发货？", "answer": "48 小时内。"}]}],
}


def document() -> dict[str, Any]:
    """The document as served, whose paths name what is there."""
    made = openapi.document(ALL, bot.__version__)
    for operations in made["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in KNOWN:
                    parameter["schema"] = {"type": "string", "enum": KNOWN[parameter["name"]]}
    return made


OPERATIONS = {
    operation.label: operation
    for operation in (
        found.ok()
        for found in schemathesis.openapi.from_dict(document(), config=SchemathesisConfig()).get_all_operations()
    )
    if (operation.method.lower(), operation.path) not in NOT_CALLED and "webhooks" not in operation.path
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "setup.json").write_text(json.dumps(DOCUMENT))
    assert miaohui("init", folder / "setup.json", "--data", folder / "data").returncode == 0
    with serving(folder / "data") as running:
        for nth in range(3):
            body = {"buyer": f"b{nth}", "text": "转人工"}
            assert running.call("POST", "/api/v1/sim/shop.sim/say", body)[0] == 200
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.headers["Authorization"] = f"Bearer {TOKEN}"
        made.trust_env = False
        yield made


def test_every_route_is_called() -> None:
    there = {(route.method.lower(), route.path) for route in ALL if "webhooks" not in route.path}
    assert len(OPERATIONS) == len(there - set(NOT_CALLED))


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_p16_an_operation_has_no_error_of_its_own(label: str, served: Served, session: requests.Session) -> None:
    known = {
        "conversation": _ids(served, "/api/v1/conversations?tab=waiting"),
        "delivery": _ids(served, "/api/v1/deliveries"),
    }

    @settings(
        max_examples=CALLS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy())
    def call(case: Any) -> None:
        for part, ids in known.items():
            if part in case.path_parameters and ids:
                case.path_parameters[part] = ids[0]
        asked = case.as_transport_kwargs(base_url=served.url)
        asked["headers"] = {**asked.get("headers", {}), "Authorization": f"Bearer {TOKEN}"}
        with session.request(**asked, timeout=20, stream=True) as answer:
            told = answer.raw.read(2000, decode_content=True)
        assert answer.status_code < 500, f"{asked['method']} {urllib.parse.unquote(asked['url'])}: {told!r}"

    call()


def _ids(served: Served, path: str) -> list[str]:
    status, found = served.call("GET", path)
    return [one["id"] for one in found["items"]] if status == 200 else []


def test_the_server_still_stands_and_logged_no_fault(served: Served) -> None:
    """Runs last: what the calls left behind."""
    assert served.call("GET", "/healthz") == (200, {"ok": True})
    log = served.log.read_text()
    faults = [line for line in log.splitlines() if '"event": "own_fault"' in line or '"level": "error"' in line]
    assert not faults, "\n".join(faults[:5])
