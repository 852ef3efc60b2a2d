"""The OpenAPI document and the list of routes: complete, and well formed by the rules of OpenAPI 3.1."""

from __future__ import annotations

import re

import orjson
import pytest
from pydantic import BaseModel

from bot.web.openapi import document, listing
from bot.web.route import Auth, Route, Scope, Shape
from bot.web.routes import ALL

DOCUMENT = orjson.loads(orjson.dumps(document(ALL, "1.2.3")))
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def nodes(value, at=""):
    """Every node of a document with its place."""
    yield at, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from nodes(part, f"{at}/{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from nodes(part, f"{at}/{number}")


def test_the_head_is_what_openapi_asks_for():
    assert re.fullmatch(r"3\.1\.\d+", DOCUMENT["openapi"])
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert DOCUMENT["info"]["version"] == "1.2.3"
    assert set(DOCUMENT) <= {"openapi", "info", "servers", "paths", "components", "tags", "security"}


def test_every_route_is_described_and_nothing_else():
    described = {(param.values[1].upper(), param.values[0]) for param in OPERATIONS}
    assert described == {(row["method"], row["path"]) for row in listing(ALL)}
    assert len(described) == len(ALL), "two routes have the same method and path"


def test_every_reference_leads_somewhere():
    for at, node in nodes(DOCUMENT):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            kind, name = re.fullmatch(r"#/components/(\w+)/([A-Za-z0-9._-]+)", node["$ref"]).groups()
            assert name in DOCUMENT["components"][kind], at


def test_every_operation_has_a_name_of_its_own():
    names = [param.values[2]["operationId"] for param in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_is_well_formed(path, method, operation):
    assert path.startswith("/")
    assert method in METHODS
    assert operation["summary"], "say in one sentence what it does"
    declared = [(one["name"], one["in"]) for one in operation["parameters"]]
    assert len(declared) == len(set(declared))
    in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
    assert in_path == set(re.findall(r"\{([^{}]+)\}", path))
    for one in operation["parameters"]:
        assert one["in"] in ("path", "query", "header", "cookie")
        assert one["required"] is True or one["in"] != "path"
        assert "schema" in one
    for status, answer in operation["responses"].items():
        assert re.fullmatch(r"[1-5]\d\d", status)
        assert answer["description"]
    if "requestBody" in operation:
        assert method not in ("get", "head", "delete", "trace") or operation["requestBody"]
        assert operation["requestBody"]["content"]
    known = DOCUMENT["components"]["securitySchemes"].keys()
    assert all(requirement.keys() <= known for requirement in operation["security"])


class Wish(Shape):
    """What is wished."""

    what: str
    often: int = 1


class Asked(Shape):
    """What is asked."""

    shop: str
    limit: int = 50


class Granted(BaseModel):
    """What is granted."""

    what: str


async def nothing(_call):
    return None


def test_a_route_says_everything_about_itself():
    route = Route(
        "POST",
        "/a/{shop}/{day:\\d{4}}",
        nothing,
        Auth.PERSON,
        ("agent",),
        Scope.SHOP,
        body=Wish,
        query=Asked,
        returns=list[Granted],
        summary="Wish something.\n\nMore words.",
    )
    operation = document([route], "1")["paths"]["/a/{shop}/{day}"]["post"]
    assert operation["operationId"] == "post_a_shop_day"
    assert operation["summary"] == "Wish something."
    assert [(one["name"], one["in"], one["required"]) for one in operation["parameters"]] == [
        ("shop", "path", True),
        ("day", "path", True),
        ("shop", "query", True),
        ("limit", "query", False),
        ("Idempotency-Key", "header", False),
    ]
    assert operation["parameters"][1]["schema"] == {"type": "string", "pattern": "^\\d{4}$"}
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Wish"}
    good = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert good == {"type": "array", "items": {"$ref": "#/components/schemas/Granted"}}
    assert operation["security"] == [{"session": []}, {"token": []}]
    assert listing([route]) == [
        {"method": "POST", "path": "/a/{shop}/{day}", "auth": "person", "roles": ["agent"], "scope": "shop"}
    ]


def test_two_models_of_one_name_are_an_error():
    class Other(Shape):
        """Another shape of the same name."""

        other: int

    Other.__name__ = "Wish"
    routes = [Route("POST", path, nothing, Auth.NONE, body=body) for path, body in (("/a", Wish), ("/b", Other))]
    with pytest.raises(ValueError, match="Wish"):
        document(routes, "1")
