"""The ledger as a download: for those who watch a shop, and on record."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("query", "kind", "starts"),
    [
        pytest.param("", "spreadsheetml.sheet", b"PK", id="a workbook"),
        pytest.param("&format=csv", "application/zip", b"PK", id="two tables in a zip"),
    ],
)
async def test_a_download(door, query, kind, starts):
    await door.floor.asks("b", "什么时候发货", shop="east")
    answer = await door.ask("GET", f"/api/v1/rates/export?shop=east{query}")
    assert answer.status == 200
    assert kind in answer.headers["Content-Type"]
    assert "UTF-8''east-%E5%8F%B0%E8%B4%A6." in answer.headers["Content-Disposition"]
    assert (await answer.read()).startswith(starts)
    [act] = await door.floor.app.services.people.audit_page(what="ledger_exported")
    assert (act["shop"], act["who"]) == ("east", "token:owner")


async def test_who_may_take_it(door):
    asked = [
        (await door.let_in("supervisor", "east"), 200),
        (await door.let_in("supervisor", "west"), 404),
        (await door.let_in("agent", "east"), 403),
    ]
    for key, status in asked:
        assert (await door.ask("GET", "/api/v1/rates/export?shop=east", key=key)).status == status
    assert (await door.ask("GET", "/api/v1/rates/export?shop=east&format=pdf")).status == 422
