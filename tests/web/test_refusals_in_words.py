"""Every no at the people's door: problem+json, in the reader's language, with the place and an id, never a traceback."""

from __future__ import annotations

import io
import json
import re

import pytest

from tests.web.conftest import OWNER

HAN = re.compile(r"[㐀-鿿]")


async def refused(door, method, path, body=None, *, language="zh-CN", key=OWNER, **headers):
    """Ask for what cannot be; status and problem."""
    found = await door.ask(method, path, body, key=key, **{"Accept-Language": language}, **headers)
    text = await found.text()
    assert found.content_type == "application/problem+json", text
    problem = json.loads(text)
    assert problem["status"] == found.status
    assert problem["type"] == f"urn:miaohui:{problem['code']}"
    assert re.fullmatch(r"[0-9a-f]{12}", problem["id"])
    assert "Traceback" not in text
    return problem


CASES = [
    pytest.param("GET", "/api/v1/nope", None, 404, "not_found", None, id="an address there is not"),
    pytest.param("DELETE", "/api/v1/shops", None, 405, "method", None, id="a method the address does not take"),
    pytest.param("GET", "/api/v1/conversations/nope", None, 404, "not_found", None, id="a conversation there is not"),
    pytest.param("PATCH", "/api/v1/shops/nope", {}, 404, "not_found", None, id="a shop there is not"),
    pytest.param("POST", "/api/v1/shops", {"id": "new"}, 422, "invalid", "/name", id="a field lacks"),
    pytest.param(
        "POST", "/api/v1/shops", {"id": "n", "name": "n", "platform": "kuaishou", "color": 1}, 422, "invalid", "/color",
        id="a field nobody knows",
    ),
    pytest.param(
        "POST", "/api/v1/shops", {"id": "n", "name": "n", "platform": "mars"}, 422, "platform_unknown", "/platform",
        id="a platform there is not",
    ),
    pytest.param(
        "POST", "/api/v1/shops", {"id": "east", "name": "n", "platform": "kuaishou"}, 409, "shop_exists", "/id",
        id="an id that is taken",
    ),
    pytest.param(
        "POST", "/api/v1/shops", {"id": "n", "name": "n", "platform": "kuaishou", "open_date": "last spring"}, 422,
        "open_date", "/open_date", id="a day that is none",
    ),
    pytest.param(
        "PATCH", "/api/v1/shops/east", {"service_hours": {"start": "9", "end": "23:00"}}, 422, "invalid",
        "/service_hours/start", id="an hour that is none",
    ),
    pytest.param("PATCH", "/api/v1/shops/east", {"threshold": 101}, 422, "invalid", "/threshold", id="over all"),
    pytest.param("PATCH", "/api/v1/shops/east", [], 422, "invalid", "/", id="a list"),
    pytest.param("POST", "/api/v1/shops/east/stop", {}, 422, "invalid", "/stopped", id="stop or go on?"),
    pytest.param(
        "POST", "/api/v1/shops/east/channels", {"adapter": "pigeon"}, 422, "invalid", "/adapter",
        id="an adapter there is not",
    ),
    pytest.param(
        "POST", "/api/v1/shops/east/channels", {"send_url": "ftp://x"}, 422, "channel", "/send_url",
        id="an address nobody can send to",
    ),
    pytest.param("GET", "/api/v1/conversations?tab=all", None, 422, "invalid", "/tab", id="a tab there is not"),
    pytest.param("GET", "/api/v1/conversations?limit=0", None, 422, "invalid", "/limit", id="a page of nothing"),
    pytest.param("GET", "/api/v1/rates", None, 422, "invalid", "/shop", id="the rates of which shop?"),
    pytest.param("GET", "/api/v1/rates?shop=nope", None, 404, "not_found", None, id="the rates of no shop"),
    pytest.param("GET", "/api/v1/journal?shop=east&x=1", None, 422, "invalid", "/x", id="a query nobody knows"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "pointer"), CASES)
async def test_no(door, method, path, body, status, code, pointer):
    zh = await refused(door, method, path, body)
    en = await refused(door, method, path, body, language="en-US,zh;q=0.5")
    for problem in (zh, en):
        assert (problem["status"], problem["code"], problem.get("pointer")) == (status, code, pointer)
    assert HAN.search(zh["detail"])
    assert not HAN.search(en["detail"]), en["detail"]
    assert zh["id"] != en["id"]


async def test_who_has_not_logged_in_and_who_may_not(door):
    assert (await refused(door, "GET", "/api/v1/shops", key=""))["status"] == 401
    assert (await refused(door, "GET", "/api/v1/shops", key="nobody's"))["status"] == 401
    agent = await door.let_in("agent", "east")
    assert (await refused(door, "PATCH", "/api/v1/shops/east", {}, key=agent))["status"] == 403
    assert (await refused(door, "PATCH", "/api/v1/shops/west", {}, key=agent))["status"] == 404


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"{", id="half a body"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"stopped": ' + b"[" * 5000 + b"]" * 5000 + b"}", id="nested too deep"),
        pytest.param(b'{"stopped": "\\ud800"}', id="half a character"),
        pytest.param(b'{"stopped": 1e999}', id="a number beyond all"),
        pytest.param(b"null", id="nothing"),
    ],
)
async def test_a_body_that_cannot_be_read(door, raw):
    headers = {"Authorization": f"Bearer {OWNER}", "Content-Type": "application/json"}
    found = await door.client.post("/api/v1/shops/east/stop", data=raw, headers=headers)
    assert (found.status, found.content_type) == (422, "application/problem+json")


async def test_a_body_over_the_limit(door):
    headers = {"Authorization": f"Bearer {OWNER}", "Content-Type": "application/json"}
    found = await door.client.post(
        "/api/v1/shops/east/stop", data=io.BytesIO(b" " * (1 << 20) + b"{}"), headers=headers
    )
    assert (found.status, (await found.json())["code"]) == (413, "too_large")


async def test_an_own_fault_is_a_503_with_an_id_and_no_more(door, monkeypatch):
    async def broken(*_args, **_more):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(door.floor.app.services.scorecards, "scorecard", broken)
    for language, said in (("zh-CN", "系统出错"), ("en", "Our own fault")):
        problem = await refused(door, "GET", "/api/v1/rates?shop=east", language=language)
        assert (problem["status"], problem["code"]) == (503, "own_fault")
        assert said in problem["detail"]
        assert problem["id"] in problem["detail"]
        assert "secret reason" not in json.dumps(problem)
