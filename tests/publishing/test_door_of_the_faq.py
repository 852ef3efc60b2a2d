"""The FAQ over real HTTP: what is declared is what comes, who may, what is refused and how."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import TypeAdapter

from bot.service.people import People
from bot.settings import Settings
from bot.web.api import faq, files
from bot.web.guard import SERVICES, handler_of
from bot.web.openapi import document

ROUTES = [*faq.ROUTES, *files.ROUTES]
SHIP = {"question": "什么时候发货", "answer": "付款后{发货时效}发出。", "phrasings": ["啥时候发"], "category": "物流"}
ONE = "/api/v1/shops/demo"


class Door:
    """Calls with the token of somebody in a role."""

    def __init__(self, client: TestClient[Any, Any], tokens: dict[str, str]) -> None:
        self.client, self.tokens = client, tokens

    async def call(self, method: str, path: str, json: Any = None, *, who: str = "operator", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        headers |= more.pop("headers", {})
        answer = await self.client.request(method, path, json=json, headers=headers, **more)
        is_json = "json" in answer.content_type and "Content-Disposition" not in answer.headers
        return SimpleNamespace(
            status=answer.status, headers=answer.headers, body=await (answer.json() if is_json else answer.read())
        )

    async def good(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        answer = await self.call(method, path, json, **more)
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture
async def door(house: Any) -> AsyncIterator[Door]:
    people = People(house.store, house.clocks)
    tokens = {}
    for role, shops in {"operator": ["demo"], "agent": ["demo"], "admin": ["*"], "stranger": ["real"]}.items():
        made = await people.add_token(role, "operator" if role == "stranger" else role, shops)
        tokens[role] = made["value"]
    app = web.Application()
    services: Any = SimpleNamespace(
        settings=Settings(),
        store=house.store,
        clocks=house.clocks,
        directory=house.directory,
        people=people,
        publishing=house.publishing,
    )
    app[SERVICES] = services
    for route in ROUTES:
        app.router.add_route(route.method, route.path, handler_of(route))
    client = TestClient(TestServer(app, host="127.0.0.1"))
    await client.start_server()
    yield Door(client, tokens)
    await client.close()


def declared(method: str, path: str) -> TypeAdapter[Any]:
    """What a route says that it returns."""
    route = next(route for route in ROUTES if (route.method, route.path) == (method, path))
    return TypeAdapter(route.returns)


async def test_every_answer_is_as_declared(door: Door) -> None:
    shop, one = "/api/v1/shops/{shop}", "/api/v1/shops/{shop}/entries/{entry}"
    made = await door.good("POST", f"{ONE}/entries", SHIP)
    key = made["id"]
    table = b"\xef\xbb\xbf" + "标准问,答案\n能开发票吗,能。\n没答案,\n".encode()
    upload = {"data": table, "headers": {"X-Filename": quote("知识.csv")}}
    preview = await door.good("POST", f"{ONE}/import/preview", **upload)
    answers = [
        ("POST", f"{shop}/entries", made),
        ("GET", one, await door.good("GET", f"{ONE}/entries/{key}")),
        ("PUT", one, await door.good("PUT", f"{ONE}/entries/{key}", SHIP | {"version": 1, "status": "draft"})),
        ("GET", f"{one}/versions", await door.good("GET", f"{ONE}/entries/{key}/versions")),
        ("POST", f"{one}/restore", await door.good("POST", f"{ONE}/entries/{key}/restore", {"version": 1})),
        ("GET", f"{shop}/entries", await door.good("GET", f"{ONE}/entries?q=发货&status=on&limit=1")),
        ("POST", f"{shop}/entries/bulk", await door.good("POST", f"{ONE}/entries/bulk", {"ids": [key], "status": "off"})),
        ("POST", f"{shop}/entries/undo", await door.good("POST", f"{ONE}/entries/undo", {"versions": {key: 4}})),
        ("GET", f"{shop}/entries", await door.good("GET", f"{ONE}/entries?like=啥时候发货")),
        ("POST", f"{shop}/entry-remarks", await door.good("POST", f"{ONE}/entry-remarks", SHIP)),
        ("DELETE", one, await door.good("DELETE", f"{ONE}/entries/{key}")),
        ("PUT", f"{shop}/fields", await door.good("PUT", f"{ONE}/fields", {"fields": [{"name": "发货时效", "value": "一天"}]})),
        ("GET", f"{shop}/fields", await door.good("GET", f"{ONE}/fields")),
        ("POST", f"{shop}/packs/{{pack}}", await door.good("POST", f"{ONE}/packs/clothing", {})),
        ("GET", f"{shop}/phrases", await door.good("GET", f"{ONE}/phrases")),
        ("POST", f"{shop}/check", await door.good("POST", f"{ONE}/check", {"text": "您好"})),
        ("POST", f"{shop}/match", await door.good("POST", f"{ONE}/match", {"text": "怎么退货"})),
        ("POST", f"{shop}/neighbours", await door.good("POST", f"{ONE}/neighbours", {"text": "怎么退货"})),
        ("POST", f"{shop}/import/preview", preview),
        ("POST", f"{shop}/import/{{import}}/apply", await door.good("POST", f"{ONE}/import/{preview['id']}/apply?skip_errors=true")),
        ("POST", f"{shop}/import/{{import}}/undo", await door.good("POST", f"{ONE}/import/{preview['id']}/undo")),
        ("GET", f"{shop}/imports", await door.good("GET", f"{ONE}/imports")),
        ("GET", "/api/v1/packs", await door.good("GET", "/api/v1/packs")),
        ("GET", "/api/v1/ways", await door.good("GET", "/api/v1/ways")),
    ]  # fmt: skip
    for method, path, body in answers:
        assert body, (method, path)
        declared(method, path).validate_python(body)


async def test_what_a_page_needs_of_an_entry(door: Door) -> None:
    made = await door.good("POST", f"{ONE}/entries", SHIP)
    assert made == {
        **SHIP,
        "id": made["id"],
        "shop": "demo",
        "keywords": {"all": [], "any": [], "never": [], "ordered": [], "exact": [], "pattern": [], "priority": 0},
        "not_this": [],
        "products": [],
        "variants": {},
        "threshold": None,
        "mode": "auto",
        "then_person": False,
        "valid_from": None,
        "valid_to": None,
        "status": "on",
        "version": 1,
        "changed_by": "token:operator",
        "changed_at": "2026-05-20T04:00:00.000Z",
        "hits_7d": 0,
        "missing_fields": ["发货时效"],
    }


@pytest.mark.parametrize(
    ("method", "path", "who", "status"),
    [
        ("GET", f"{ONE}/entries", "", 401),
        ("GET", f"{ONE}/entries", "agent", 200),
        ("POST", f"{ONE}/entries", "agent", 403),
        ("GET", f"{ONE}/entries", "stranger", 404),
        ("POST", f"{ONE}/entries", "stranger", 404),
        ("GET", "/api/v1/shops/nobody/entries", "admin", 404),
        ("GET", "/api/v1/shared/entries", "operator", 403),
        ("GET", "/api/v1/shared/entries", "admin", 200),
        ("GET", f"{ONE}/export", "agent", 403),
        ("GET", f"{ONE}/export", "operator", 200),
        ("GET", "/api/v1/import/template.xlsx", "agent", 200),
    ],
)
async def test_who_may(door: Door, method: str, path: str, who: str, status: int) -> None:
    assert (await door.call(method, path, SHIP if method == "POST" else None, who=who)).status == status


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (SHIP | {"question": " "}, "/question"),
        (SHIP | {"answer": ""}, "/answer"),
        (SHIP | {"mode": "loud"}, "/mode"),
        (SHIP | {"phrasings": "一句"}, "/phrasings"),
        (SHIP | {"colour": "red"}, "/colour"),
        (SHIP | {"id": "发货"}, "/id"),
        (SHIP | {"threshold": 101}, "/threshold"),
        (SHIP | {"valid_from": "soon"}, "/valid_from"),
    ],
)
async def test_refused_with_a_pointer(door: Door, body: dict[str, Any], pointer: str) -> None:
    answer = await door.call("POST", f"{ONE}/entries", body)
    assert (answer.status, answer.body["pointer"]) == (422, pointer)
    assert answer.body["detail"]


async def test_the_slower_of_two_sees_the_faster(door: Door) -> None:
    made = await door.good("POST", f"{ONE}/entries", SHIP)
    path = f"{ONE}/entries/{made['id']}"
    await door.good("PUT", path, SHIP | {"answer": "先到", "version": 1})
    answer = await door.call("PUT", path, SHIP | {"answer": "后到", "version": 1})
    assert answer.status == 409
    assert (answer.body["current"]["answer"], answer.body["current"]["version"]) == ("先到", 2)
    await door.good("PUT", path, SHIP | {"answer": "后到", "version": 2})


async def test_shared_entries_answer_in_every_shop(door: Door, house: Any) -> None:
    made = await door.good("POST", "/api/v1/shared/entries", SHIP, who="admin")
    assert await house.answers("什么时候发货") == made["id"]
    assert await house.answers("什么时候发货", "real") == made["id"]
    assert (await door.call("PUT", f"{ONE}/entries/{made['id']}", SHIP | {"version": 1})).status == 404
    assert (await door.call("DELETE", f"/api/v1/shared/entries/{made['id']}")).status == 403


async def test_a_file_comes_and_goes(door: Door) -> None:
    await door.good("POST", f"{ONE}/entries", SHIP)
    for kind in ("xlsx", "csv", "yaml", "json"):
        answer = await door.call("GET", f"{ONE}/export?format={kind}")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        seen = await door.good("POST", f"{ONE}/import/preview", data=answer.body, headers={"X-Filename": f"a.{kind}"})
        assert (seen["new"], seen["changed"], seen["unchanged"]) == (0, 0, 1)
    columns = quote('{"question": "标准问", "answer": "答案"}')
    csv = (await door.call("GET", f"{ONE}/export?format=csv")).body
    seen = await door.good("POST", f"{ONE}/import/preview?columns={columns}", data=csv, headers={"X-Filename": "a.csv"})
    assert seen["columns"] == {"question": "标准问", "answer": "答案"}


@pytest.mark.parametrize(
    ("data", "query", "status"),
    [
        pytest.param(b"", "", 422, id="nothing"),
        pytest.param(b"x" * ((10 << 20) + 1), "", 413, id="over ten MiB"),
        pytest.param(b"a,b\n1,2\n", "?columns=nonsense", 422, id="columns that are no JSON"),
        pytest.param(b"a,b\n1,2\n", "?columns=%5B1%5D", 422, id="columns that are a list"),
        pytest.param(b"a,b\n1,2\n", '?columns={"question":"z"}', 422, id="a column the file has not"),
        pytest.param(b"\xff\xfe\x00" * 9, "", 422, id="no table"),
    ],
)
async def test_uploads_that_are_refused(door: Door, data: bytes, query: str, status: int) -> None:
    answer = await door.call(
        "POST", f"{ONE}/import/preview{query}", data=BytesIO(data), headers={"X-Filename": "a.csv"}
    )
    assert answer.status == status
    assert answer.body["detail"]


async def test_a_sentence_in_the_readers_language(door: Door) -> None:
    for language, word in (("zh-CN", "上传"), ("en", "upload")):
        upload = {"data": "标准问,答案\n没答案,\n".encode(), "headers": {"X-Filename": "a.csv"}}
        seen = await door.good("POST", f"{ONE}/import/preview", **upload)
        answer = await door.call("POST", f"{ONE}/import/{seen['id']}/apply", headers={"Accept-Language": language})
        assert answer.status == 422
        assert word in answer.body["detail"]


async def test_acts_go_on_record(door: Door, house: Any) -> None:
    made = await door.good("POST", f"{ONE}/entries", SHIP)
    await door.good("DELETE", f"{ONE}/entries/{made['id']}")
    await door.good("POST", f"{ONE}/packs/blank", {})
    acts = await People(house.store, house.clocks).audit_page(who="token:operator")
    said = {(act["what"], act["ref"], act["shop"], act["from_where"]) for act in acts}
    assert said >= {
        ("entry_made", made["id"], "demo", "127.0.0.1"),
        ("entry_deleted", made["id"], "demo", "127.0.0.1"),
        ("pack_applied", "blank", "demo", "127.0.0.1"),
    }


def test_the_routes_describe_themselves() -> None:
    described = document(ROUTES, "1")
    assert all(route.summary for route in ROUTES)
    operation = described["paths"]["/api/v1/shops/{shop}/entries"]["get"]
    assert {p["name"] for p in operation["parameters"]} >= {"shop", "q", "category", "status", "after", "limit"}
