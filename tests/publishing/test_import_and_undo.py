"""Tables in: what a preview promises is what happens, all of it or nothing, and it can be taken back."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import orjson
import pytest

from bot.service.refusal import Because, Refusal


def csv(*rows: str, head: str = "标准问,相似问法,答案,分类") -> bytes:
    return "\n".join((head, *rows)).encode()


async def look(house: Any, data: bytes, name: str = "faq.csv", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = await house.publishing.imports.preview("demo", data, name, by="lin", **more)
    return found


async def test_new_changed_unchanged_and_wrong_rows(house: Any) -> None:
    await house.entry(question="什么时候发货", answer="48 小时内。", category="物流", id="ship")
    await house.entry(question="发什么快递", answer="中通。", category="物流", id="courier")
    seen = await look(
        house,
        csv(
            "什么时候发货？,,48 小时内。,物流",
            "发什么快递,,圆通。,物流",
            "能开发票吗,开票吗|有发票吗,能。,售后",
            "没答案,,,售后",
        ),
    )
    assert (seen["new"], seen["changed"], seen["unchanged"], seen["failed"]) == (1, 2, 0, 1)
    assert [(row["row"], row["state"]) for row in seen["rows"]] == [
        (2, "changed"),
        (3, "changed"),
        (4, "new"),
        (5, "error"),
    ]
    assert seen["columns"] == {"question": "标准问", "phrasings": "相似问法", "answer": "答案", "category": "分类"}
    assert (seen["errors"][0]["row"], seen["errors"][0]["column"]) == (5, "答案")
    assert "没有答案" in seen["errors"][0]["why"]["zh"]
    assert "no answer" in seen["errors"][0]["why"]["en"]
    assert (await house.publishing.table("demo")).total == 2


async def test_apply_then_undo(house: Any) -> None:
    await house.entry(question="发什么快递", answer="中通。", id="courier")
    before = (await house.publishing.entry("demo", "courier")).stored
    seen = await look(house, csv("发什么快递,,圆通。,物流", "能开发票吗,开票吗,能。,售后"))
    done = await house.publishing.imports.apply("demo", seen["id"], by="lin")
    assert done == {"import_id": seen["id"], "added": 1, "changed": 1, "skipped": 0}
    assert await house.answers("开票吗") is not None
    assert (await house.publishing.entry("demo", "courier")).stored.data["answer"] == "圆通。"
    undone = await house.publishing.imports.undo("demo", seen["id"], by="lin")
    assert undone == {"restored": 1, "removed": 1, "kept": []}
    assert await house.answers("开票吗") is None
    after = (await house.publishing.entry("demo", "courier")).stored
    assert (after.data, after.status, after.version) == (before.data, before.status, 3)


async def test_what_of_an_entry_becomes_another_is_told_cell_by_cell(house: Any) -> None:
    await house.entry(question="发什么快递", answer="中通。", id="courier", phrasings=["用什么快递", "寄什么"])
    row = csv("发什么快递,寄什么|走什么快递,圆通。,停用", head="标准问,相似问法,答案,状态")
    (found,) = (await look(house, row))["rows"]
    assert found["cells"] == [
        {"column": "phrasings", "before": "用什么快递", "after": "走什么快递"},
        {"column": "answer", "before": "中通。", "after": "圆通。"},
        {"column": "status", "before": "on", "after": "off"},
    ]


async def test_of_each_state_the_first_two_hundred_rows_are_shown(house: Any) -> None:
    rows = [f"问题 {n} 是什么,,答{n}," for n in range(250)]
    await house.publishing.imports.apply("demo", (await look(house, csv(*rows)))["id"], by="lin")
    seen = await look(house, csv(*rows, *(f"新问题 {n},,答," for n in range(210)), "没答案,,,"))
    assert (seen["unchanged"], seen["new"], seen["failed"]) == (250, 210, 1)
    assert Counter(row["state"] for row in seen["rows"]) == {"unchanged": 200, "new": 200, "error": 1}


async def test_texts_that_need_a_look_are_told_before_anything_is_written(house: Any) -> None:
    seen = await look(house, csv("发什么快递,,{快递公司}。,", "什么时候发货,,48 小时内。,"))
    (remark,) = seen["remarks"]
    assert (seen["remarked"], remark["row"], remark["question"], remark["code"]) == (
        1,
        2,
        "发什么快递",
        "missing_field",
    )


async def test_imports_of_the_past_are_listed_and_can_be_taken_back(house: Any) -> None:
    first = await look(house, csv("能开发票吗,,能。,售后"), "发票.csv")
    await look(house, csv("从没导入,,能。,"))
    await house.publishing.imports.apply("demo", first["id"], by="lin")
    house.clock.forward(days=3)
    second = await look(house, csv("能开发票吗,,不能。,售后", "怎么退货,,申请。,"), "改.csv")
    await house.publishing.imports.apply("demo", second["id"], by="chen")
    told = [
        (one["file"], one["added"], one["changed"], one["undone"])
        for one in await house.publishing.imports.lately("demo")
    ]
    assert told == [("改.csv", 1, 1, False), ("发票.csv", 1, 0, False)]
    await house.publishing.imports.undo("demo", second["id"], by="lin")
    assert [one["undone"] for one in await house.publishing.imports.lately("demo")] == [True, False]
    assert await house.publishing.imports.lately("real") == []


async def test_twice_is_once(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后"))
    both = await asyncio.gather(*(house.publishing.imports.apply("demo", seen["id"], by="lin") for _ in range(2)))
    assert both[0] == both[1]
    entry = (await house.publishing.table("demo")).rows[0].stored
    assert entry.version == 1
    undone = [await house.publishing.imports.undo("demo", seen["id"], by="lin") for _ in range(2)]
    assert undone[0] == undone[1]


async def test_rows_with_errors_stop_all_unless_they_are_skipped(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后", "没答案,,,"))
    with pytest.raises(Refusal) as no:
        await house.publishing.imports.apply("demo", seen["id"], by="lin")
    assert "1 行" in no.value.zh
    assert (await house.publishing.table("demo")).total == 0
    done = await house.publishing.imports.apply("demo", seen["id"], by="lin", skip_errors=True)
    assert (done["added"], done["skipped"]) == (1, 1)


@pytest.mark.parametrize("act", ["save", "delete"])
async def test_somebody_saved_after_the_preview(house: Any, act: str) -> None:
    await house.entry(question="发什么快递", answer="中通。", id="courier")
    seen = await look(house, csv("发什么快递,,圆通。,物流", "能开发票吗,,能。,售后"))
    if act == "save":
        data = {"question": "发什么快递", "answer": "顺丰。"}
        await house.publishing.save("demo", "courier", data, by="chen", status="on", version=1)
    else:
        await house.publishing.delete("demo", "courier", by="chen")
    with pytest.raises(Refusal) as no:
        await house.publishing.imports.apply("demo", seen["id"], by="lin")
    assert no.value.because is Because.CONFLICT
    assert "预览之后有 1 条" in no.value.zh
    assert await house.answers("能开发票吗") is None


async def test_undo_keeps_what_was_edited_since(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后", "怎么退货,,在订单页申请。,售后"))
    await house.publishing.imports.apply("demo", seen["id"], by="lin")
    rows = {row.stored.data["question"]: row.stored for row in (await house.publishing.table("demo")).rows}
    edited = rows["怎么退货"]
    await house.publishing.save("demo", edited.id, {**edited.data, "answer": "新答案"}, by="c", status="on", version=1)
    undone = await house.publishing.imports.undo("demo", seen["id"], by="lin")
    assert undone == {"restored": 0, "removed": 1, "kept": [edited.id]}
    assert [r.stored.data["answer"] for r in (await house.publishing.table("demo")).rows] == ["新答案"]


async def test_an_entry_deleted_long_ago_comes_back_and_goes_again(house: Any) -> None:
    await house.entry(question="发什么快递", answer="中通。", id="courier")
    await house.publishing.delete("demo", "courier", by="lin")
    seen = await look(house, csv("courier,发什么快递,圆通。", head="编号,标准问,答案"))
    assert seen["new"] == 1
    await house.publishing.imports.apply("demo", seen["id"], by="lin")
    assert await house.answers("发什么快递") == "courier"
    await house.publishing.imports.undo("demo", seen["id"], by="lin")
    assert (await house.publishing.entry("demo", "courier")).stored.status == "deleted"


async def test_columns_the_file_does_not_have_stay(house: Any) -> None:
    await house.entry(question="发什么快递", answer="中通。", phrasings=["啥快递"], id="courier", status="draft")
    seen = await look(house, csv("发什么快递,圆通。", head="标准问,答案"))
    await house.publishing.imports.apply("demo", seen["id"], by="lin")
    entry = (await house.publishing.entry("demo", "courier")).stored
    assert (entry.data["phrasings"], entry.data["answer"], entry.status) == (["啥快递"], "圆通。", "draft")


async def test_columns_corrected_by_hand(house: Any) -> None:
    data = csv("怎么退货,在订单页申请。", head="买家说,我们说")
    seen = await look(house, data, columns={"question": "买家说", "answer": "我们说"})
    assert seen["rows"][0]["answer"] == "在订单页申请。"
    with pytest.raises(Refusal) as no:
        await look(house, data, columns={"question": "没有这列"})
    assert no.value.pointer == "/columns"


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "a.csv"), (b"\x00\x01", "a.exe"), (b"PK\x03\x04broken", "a.xlsx"), (csv(), "a.csv")],
    ids=["empty", "another kind", "damaged", "only headings"],
)
async def test_files_that_are_no_tables(house: Any, data: bytes, name: str) -> None:
    with pytest.raises(Refusal) as no:
        await look(house, data, name)
    assert no.value.zh


async def test_a_chinese_windows_file(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,开票吗,能。,售后").decode().encode("gbk"))
    assert seen["rows"][0]["question"] == "能开发票吗"


async def test_limits_of_an_entry_hold_for_rows_too(house: Any) -> None:
    seen = await look(house, csv(f"{'问' * 201},,答,售后", "发货 1,,答,售后"))
    assert (seen["new"], seen["failed"]) == (1, 1)
    assert (seen["errors"][0]["row"], seen["errors"][0]["column"]) == (2, "标准问")
    assert all("200" in seen["errors"][0]["why"][lang] for lang in ("zh", "en"))


@pytest.mark.parametrize("kind", ["xlsx", "csv", "yaml", "json"])
async def test_what_is_exported_is_unchanged_when_imported(house: Any, kind: str) -> None:
    await house.publishing.packs.apply("demo", "clothing", by="lin")
    await house.entry(question="=1+1 是多少", answer="+不是公式", variants={"kuaishou": "快手\n答案"}, threshold=77.5)
    await house.entry(question="到期了吗", answer="没有", status="draft", valid_to="2026-12-31", products=["p1"])
    data = await house.publishing.imports.export("demo", kind)
    seen = await look(house, data, f"faq.{kind}")
    assert (seen["new"], seen["changed"], seen["failed"]) == (0, 0, 0)
    assert seen["unchanged"] == (await house.publishing.table("demo")).total


async def test_the_template_can_be_imported(house: Any) -> None:
    seen = await look(house, await house.publishing.imports.template(), "模板.xlsx")
    assert (seen["new"], seen["failed"]) == (3, 0)


async def test_the_journal_has_one_line_an_import_and_no_text(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后", "怎么退货,,申请。,售后"))
    await house.publishing.imports.apply("demo", seen["id"], by="lin")
    await house.publishing.imports.undo("demo", seen["id"], by="chen")
    lines = [(line["ref"], orjson.loads(line["body"])) for line in await house.journal()]
    assert lines == [
        (seen["id"], {"act": "import", "by": "lin", "entries": 2}),
        (seen["id"], {"act": "undo", "by": "chen", "entries": 2}),
    ]


async def test_another_shops_import_is_not_there(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后"))
    for act in (house.publishing.imports.apply, house.publishing.imports.undo):
        with pytest.raises(Refusal) as no:
            await act("real", seen["id"], by="x")
        assert no.value.because is Because.UNKNOWN


async def test_a_preview_outlives_a_restart_but_not_a_day(house: Any) -> None:
    seen = await look(house, csv("能开发票吗,,能。,售后"))
    house.clock.forward(hours=25)
    await look(house, csv("怎么退货,,申请。,售后"))
    with pytest.raises(Refusal) as no:
        await house.publishing.imports.apply("demo", seen["id"], by="lin")
    assert no.value.because is Because.UNKNOWN
