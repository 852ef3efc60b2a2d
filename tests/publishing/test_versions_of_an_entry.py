"""Saving, deleting, restoring: every version is kept, nobody's work is overwritten unseen."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from bot.service.refusal import Because, Refusal

DATA: dict[str, Any] = {"question": "什么时候发货", "answer": "48 小时内。"}


async def test_every_version_says_who_when_what(house: Any) -> None:
    made = await house.entry(**DATA)
    house.clock.forward(minutes=5)
    saved = await house.publishing.save(
        "demo", made["id"], DATA | {"answer": "24 小时内。"}, by="chen", status="off", version=1
    )
    assert saved.stored.version == 2
    versions = [v.as_json() for v in await house.publishing.versions("demo", made["id"])]
    assert [(v["version"], v["changed_by"], v["status"], v["answer"]) for v in versions] == [
        (2, "chen", "off", "24 小时内。"),
        (1, "lin", "on", "48 小时内。"),
    ]
    assert [v["changed_at"] for v in versions] == ["2026-05-20T04:05:00.000Z", "2026-05-20T04:00:00.000Z"]


async def test_the_slower_of_two_gets_what_the_faster_saved(house: Any) -> None:
    made = await house.entry(**DATA)
    await house.publishing.save("demo", made["id"], DATA | {"answer": "24 小时内。"}, by="chen", status="on", version=1)
    with pytest.raises(Refusal) as no:
        await house.publishing.save("demo", made["id"], DATA | {"answer": "现在。"}, by="lin", status="on", version=1)
    assert no.value.because is Because.CONFLICT
    assert no.value.extra["current"]["answer"] == "24 小时内。"
    assert (await house.publishing.entry("demo", made["id"])).stored.version == 2


async def test_an_id_is_given_once(house: Any) -> None:
    await house.entry(**DATA, id="ship")
    with pytest.raises(Refusal) as no:
        await house.entry(**DATA, id="ship")
    assert no.value.because is Because.CONFLICT


async def test_delete_and_undo(house: Any) -> None:
    made = await house.entry(**DATA, status="draft")
    await house.publishing.delete("demo", made["id"], by="lin")
    await house.publishing.delete("demo", made["id"], by="lin")
    assert (await house.publishing.table("demo")).rows == []
    assert [r.stored.id for r in (await house.publishing.table("demo", status="deleted")).rows] == [made["id"]]
    back = await house.publishing.restore("demo", made["id"], by="lin")
    assert (back.stored.status, back.stored.version) == ("draft", 3)


async def test_an_earlier_version_comes_back_as_the_newest(house: Any) -> None:
    made = await house.entry(**DATA)
    await house.publishing.save("demo", made["id"], DATA | {"answer": "24 小时内。"}, by="lin", status="on", version=1)
    back = await house.publishing.restore("demo", made["id"], by="lin", version=1)
    assert (back.stored.version, back.stored.data["answer"]) == (3, "48 小时内。")


async def test_a_deleted_entry_is_not_saved_over(house: Any) -> None:
    made = await house.entry(**DATA)
    await house.publishing.delete("demo", made["id"], by="lin")
    with pytest.raises(Refusal) as no:
        await house.publishing.save("demo", made["id"], DATA, by="lin", status="on", version=2)
    assert no.value.because is Because.UNKNOWN


@pytest.mark.parametrize("act", ["entry", "versions", "save", "delete", "restore"])
async def test_another_shops_entry_is_not_there(house: Any, act: str) -> None:
    made = await house.entry(**DATA)
    publishing, key = house.publishing, made["id"]
    calls = {
        "entry": lambda: publishing.entry("real", key),
        "versions": lambda: publishing.versions("real", key),
        "save": lambda: publishing.save("real", key, DATA, by="x", status="on", version=1),
        "delete": lambda: publishing.delete("real", key, by="x"),
        "restore": lambda: publishing.restore("real", key, by="x"),
    }
    with pytest.raises(Refusal) as no:
        await calls[act]()
    assert no.value.because is Because.UNKNOWN
    assert (await publishing.entry("demo", key)).stored.version == 1


async def test_the_journal_names_acts_and_never_texts(house: Any) -> None:
    made = await house.entry(**DATA)
    await house.publishing.delete("demo", made["id"], by="chen")
    lines = await house.journal()
    assert [(line["kind"], line["ref"], orjson.loads(line["body"])) for line in lines] == [
        ("entry", made["id"], {"act": "save", "by": "lin", "version": 1}),
        ("entry", made["id"], {"act": "delete", "by": "chen", "version": 2}),
    ]


async def test_bulk_switch_move_and_delete(house: Any) -> None:
    ids = [(await house.entry(question=f"问题{n}", answer="答"))["id"] for n in range(4)]
    assert len(await house.publishing.bulk("demo", ids, by="lin", status="off", category="物流")) == 4
    assert await house.publishing.bulk("demo", ids, by="lin", status="off", category="物流") == {}
    assert await house.publishing.bulk("demo", [ids[0], "nobody"], by="lin", status="deleted") == {ids[0]: 3}
    assert len(await house.publishing.bulk("demo", ids, by="lin", status="on")) == 3
    table = await house.publishing.table("demo", category="物流")
    assert (table.total, table.categories) == (3, ["物流"])
    assert {row.stored.status for row in table.rows} == {"on"}


async def test_put_many_is_repeatable(house: Any) -> None:
    entries = {"a": DATA, "b": DATA | {"question": "发什么快递"}}
    assert await house.publishing.put_many("demo", entries, by="init") == {"added": 2, "changed": 0, "unchanged": 0}
    entries["b"] = entries["b"] | {"answer": "中通。"}
    assert await house.publishing.put_many("demo", entries, by="init") == {"added": 0, "changed": 1, "unchanged": 1}
    with pytest.raises(Refusal) as no:
        await house.publishing.put_many("demo", {"c": {"question": "", "answer": "x"}}, by="init")
    assert no.value.pointer == "/c/question"


async def test_a_bulk_act_is_taken_back_but_not_what_was_saved_since(house: Any) -> None:
    ids = [(await house.entry(question=f"问题{n}", answer="答"))["id"] for n in range(3)]
    made = await house.publishing.bulk("demo", ids, by="lin", status="deleted", category="物流")
    back = (await house.publishing.restore("demo", ids[2], by="chen")).stored
    assert await house.publishing.undo("demo", made, by="lin") == {"restored": 2, "kept": [ids[2]]}
    rows = {row.stored.id: row.stored for row in (await house.publishing.table("demo")).rows}
    assert {(rows[key].status, rows[key].data["category"], rows[key].version) for key in ids[:2]} == {("on", "", 3)}
    assert rows[ids[2]].version == back.version
    assert await house.publishing.undo("demo", made, by="lin") == {"restored": 0, "kept": sorted(ids)}
    with pytest.raises(Refusal):
        await house.publishing.undo("real", made, by="lin")
