"""The table: pages, filters, how often an entry was used, which facts it lacks."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from bot.service.refusal import Refusal
from bot.store import tallies
from bot.store.ids import to_ms

ROWS = [
    {"question": "什么时候发货", "answer": "48 小时内。", "category": "物流", "phrasings": ["啥时候发"]},
    {"question": "发什么快递", "answer": "中通或圆通。", "category": "物流"},
    {"question": "100% 纯棉吗", "answer": "成分见 Care label。", "category": "商品"},
]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param({}, ["100% 纯棉吗", "发什么快递", "什么时候发货"], id="newest change first"),
        pytest.param({"category": "物流"}, ["发什么快递", "什么时候发货"], id="by category"),
        pytest.param({"text": "发"}, ["发什么快递", "什么时候发货"], id="in the question"),
        pytest.param({"text": "啥时候"}, ["什么时候发货"], id="in a phrasing"),
        pytest.param({"text": "圆通"}, ["发什么快递"], id="in the answer"),
        pytest.param({"text": "care LABEL"}, ["100% 纯棉吗"], id="upper and lower case"),
        pytest.param({"text": "100%"}, ["100% 纯棉吗"], id="a percent sign is a percent sign"),
        pytest.param({"text": "%"}, ["100% 纯棉吗"], id="and no wildcard"),
        pytest.param({"text": "answer"}, [], id="names of parts are not searched"),
        pytest.param({"status": "off"}, [], id="by status"),
    ],
)
async def test_filters(house: Any, filters: dict[str, Any], found: list[str]) -> None:
    for row in ROWS:
        await house.entry(**row)
        house.clock.forward(seconds=1)
    table = await house.publishing.table("demo", **filters)
    assert [row.stored.data["question"] for row in table.rows] == found
    assert table.total == len(found)
    assert table.categories == ["商品", "物流"]


async def test_entries_like_a_question_the_most_alike_first(house: Any) -> None:
    for row in ROWS:
        await house.entry(**row)
    await house.entry(shop="*", question="什么时候到货", answer="三天。")
    await house.entry(question="什么时候发货呀", answer="停用的。", status="off")
    found = (await house.publishing.like("demo", "啥时候发货")).rows
    assert [row.stored.data["question"] for row in found][:2] == ["什么时候发货", "什么时候到货"]
    assert found[0].similarity > found[1].similarity > 0
    assert "什么时候发货呀" not in [row.stored.data["question"] for row in found]


async def test_what_the_table_is_narrowed_to_is_exported(house: Any) -> None:
    made = [await house.entry(**row) for row in ROWS]
    export = house.publishing.imports.export
    for narrowed, wanted in (
        ({"category": "物流", "text": "圆通"}, [made[1]]),
        ({"ids": [made[0]["id"], made[2]["id"]]}, [made[0], made[2]]),
        ({"status": "draft"}, []),
    ):
        kept = orjson.loads(await export("demo", "json", **narrowed))["entries"]
        assert {one["id"] for one in kept} == {one["id"] for one in wanted}


async def test_pages_hold_every_row_once(house: Any) -> None:
    data = {f"q{n:02}": {"question": f"问题{n}", "answer": "答"} for n in range(23)}
    await house.publishing.put_many("demo", data, by="lin")
    seen, after, pages = [], "", 0
    while True:
        table = await house.publishing.table("demo", after=after, limit=5)
        seen += [row.stored.id for row in table.rows]
        pages += 1
        if table.next is None:
            break
        after = table.next
    assert sorted(seen) == sorted(data)
    assert (pages, table.total) == (5, 23)


@pytest.mark.parametrize("cursor", ["nonsense", "1", "x.y", "-", "9" * 40 + ".a"])
async def test_a_cursor_that_is_none(house: Any, cursor: str) -> None:
    if cursor == "1":
        assert (await house.publishing.table("demo", after=cursor)).rows == []
        return
    with pytest.raises(Refusal) as no:
        await house.publishing.table("demo", after=cursor)
    assert no.value.pointer == "/after"


async def test_hits_of_seven_days(house: Any) -> None:
    made = await house.entry(**ROWS[0])
    now, day = to_ms(house.clock()), 86_400_000
    rows = [
        (now, "answer", made["id"], "demo"),
        (now - 6 * day, "suggest", made["id"], "demo"),
        (now - 7 * day, "answer", made["id"], "demo"),
        (now, "handoff", made["id"], "demo"),
        (now, "answer", "another", "demo"),
        (now, "answer", made["id"], "real"),
    ]
    told = [
        (shop, at, "decision", {"outcome": outcome, "reason": "sure", "entries": [entry]})
        for at, outcome, entry, shop in rows
    ]
    await house.store.write(tallies.add, told)
    assert (await house.publishing.table("demo")).rows[0].hits_7d == 2
    shared = await house.entry("*", id=made["id"])
    assert (await house.publishing.entry("*", shared["id"])).hits_7d == 3, "of a shared entry over all shops"


async def test_missing_fields_are_named(house: Any) -> None:
    made = await house.entry(question="在哪", answer="{发货地}，{到货时间}", variants={"taobao": "{仓库}"})
    assert made["missing_fields"] == ["发货地", "到货时间", "仓库"]
    await house.publishing.fields.confirm("demo", {"发货地": "杭州", "仓库": "一号仓"}, "lin")
    assert list((await house.publishing.entry("demo", made["id"])).missing) == ["到货时间"]
