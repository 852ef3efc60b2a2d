"""The routes as others read them: an OpenAPI 3.1 document and a plain list, both from the declarations themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from bot.web.auth import SAFE_COOKIE
from bot.web.route import Auth, Route

Json = dict[str, Any]

_REF = "#/components/schemas/{model}"
_PART = re.compile(r"\{(?P<name>[^{}:]+)(?::(?P<pattern>(?:[^{}]|\{[^{}]*\})+))?\}")
_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_PROBLEM: Json = {
    "type": "object",
    "description": "What went wrong, where, and what to do; in the language of Accept-Language (zh or en).",
    "required": ["type", "title", "status", "detail", "code", "id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "id": {"type": "string", "description": "The same id stands in the log."},
        "pointer": {"type": "string", "description": "JSON pointer to what is wrong in the body."},
    },
    "additionalProperties": True,
}
_SECURITY: dict[Auth, list[Json]] = {
    Auth.NONE: [],
    Auth.SIGNATURE: [],
    Auth.LOOPBACK: [{}, {"token": []}],
    Auth.PERSON: [{"session": []}, {"token": []}],
}
_FAULTS = {
    401: "Log in first, or the signature is not right.",
    403: "Not with this role.",
    404: "Not found, or not yours to see.",
    408: "The body did not arrive in time.",
    409: "It clashes with what is there.",
    413: "Too large.",
    415: "The body is packed; send it as it is.",
    422: "Not valid; `pointer` names the place.",
    429: "Too often.",
    503: "Our own fault; retry.",
}


def document(routes: Sequence[Route], version: str) -> Json:
    """The OpenAPI 3.1 document of the routes. Every path parameter, body, query and answer is in it."""
    schemas: Json = {"Problem": _PROBLEM}
    paths: Json = {}
    for route in routes:
        operations = paths.setdefault(_plain_path(route.path), {})
        operations[route.method.lower()] = _operation(route, schemas)
    schemes = {
        "session": {"type": "apiKey", "in": "cookie", "name": SAFE_COOKIE, "description": "What login gives."},
        "token": {"type": "http", "scheme": "bearer", "description": "A token an admin made."},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "miaohui 秒回", "version": version, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
    }


def listing(routes: Sequence[Route]) -> list[Json]:
    """Each route as ``{method, path, auth, roles, scope}``, in the order of paths."""
    rows = [
        {
            "method": route.method,
            "path": _plain_path(route.path),
            "auth": str(route.auth),
            "roles": list(route.roles),
            "scope": str(route.scope),
        }
        for route in routes
    ]
    return sorted(rows, key=lambda row: (str(row["path"]), str(row["method"])))


def _plain_path(path: str) -> str:
    return _PART.sub(lambda part: f"{{{part['name']}}}", path)


def _operation(route: Route, schemas: Json) -> Json:
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": (inspect.cleandoc(route.summary).splitlines() or [""])[0],
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_key_parameter(route)],
        "responses": _responses(route, schemas),
        "security": _SECURITY[route.auth],
        "x-auth": str(route.auth),
        "x-roles": list(route.roles),
        "x-scope": str(route.scope),
    }
    if route.tags:
        operation["tags"] = list(route.tags)
    body = _body(route, schemas)
    if body:
        operation["requestBody"] = body
    return operation


def _operation_id(route: Route) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", _plain_path(route.path)) if word]
    return "_".join((route.method.lower(), *words))


def _path_parameters(route: Route) -> list[Json]:
    found = []
    for part in _PART.finditer(route.path):
        pattern = {"pattern": f"^{part['pattern']}$"} if part["pattern"] else {}
        found.append({"name": part["name"], "in": "path", "required": True, "schema": {"type": "string", **pattern}})
    return found


def _query_parameters(route: Route, schemas: Json) -> list[Json]:
    if route.query is None:
        return []
    schema = _schema(route.query, schemas, "validation", named=False)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema.get("properties", {}).items()
    ]


def _key_parameter(route: Route) -> list[Json]:
    if route.method not in _WRITES or route.auth is not Auth.PERSON:
        return []
    words = "The same key again does nothing twice and gets the same answer, for a day."
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": words,
            "schema": {"type": "string"},
        }
    ]


def _body(route: Route, schemas: Json) -> Json | None:
    if route.method not in _WRITES:
        return None
    if route.raw or route.auth is Auth.SIGNATURE:
        return {"required": True, "content": {"application/octet-stream": {}}}
    if route.body is None:
        return None
    schema = _schema(route.body, schemas, "validation")
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _responses(route: Route, schemas: Json) -> Json:
    good: Json = {"description": "Done."}
    if route.returns is not None:
        good["content"] = {"application/json": {"schema": _schema(route.returns, schemas, "serialization")}}
    answers: Json = {"200": good}
    for status in _faults_of(route):
        problem = {"schema": {"$ref": _REF.format(model="Problem")}}
        answers[str(status)] = {"description": _FAULTS[status], "content": {"application/problem+json": problem}}
    return answers


def _faults_of(route: Route) -> list[int]:
    found = {503}
    if route.auth is not Auth.NONE:
        found.add(401)
    if route.auth is Auth.PERSON:
        found |= {403, 404}
    if route.method in _WRITES:
        found |= {403, 408, 409, 413, 415, 422, 429}
    if route.query is not None:
        found.add(422)
    return sorted(found)


def _schema(shape: Any, schemas: Json, mode: JsonSchemaMode, *, named: bool = True) -> Json:
    """The JSON schema of a type; models get a name among the components and are referred to by it."""
    made = TypeAdapter(shape).json_schema(ref_template=_REF, mode=mode, schema_generator=_Worded)
    for name, part in made.pop("$defs", {}).items():
        _keep(schemas, name, part)
    if named and isinstance(shape, type) and issubclass(shape, BaseModel):
        _keep(schemas, shape.__name__, made)
        return {"$ref": _REF.format(model=shape.__name__)}
    return made


def _keep(schemas: Json, name: str, schema: Json) -> None:
    if schemas.setdefault(name, schema) != schema:
        raise ValueError(f"two different models are called {name}: give one of them another name")


class _Worded(GenerateJsonSchema):
    """Schemas without the titles pydantic makes up from field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No field has a title."""
        return False
