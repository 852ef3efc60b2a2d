"""The FAQ in memory: up to date at once, a shop's own before the shared, samples only where nobody is misled."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import faq, shops
from knowledge_base.base import KnowledgeBase

SHIP: dict[str, Any] = {"question": "什么时候发货", "answer": "付款后{发货时效}发出。"}


def _written(shop: str, count: int, conn: sa.Connection) -> None:
    """So many entries, as another process writes them."""
    data = {"answer": "这样办。", "phrasings": [], "category": ""}
    changes = [faq.Change(f"e{n}", "on", {**data, "question": f"第{n}个问题怎么办"}) for n in range(count)]
    faq.write_entries(conn, shop, changes, by="lin", at=0, act="save")


async def test_a_saved_entry_answers_at_once(house: Any) -> None:
    assert await house.answers("什么时候发货") is None
    started = time.perf_counter()
    made = await house.entry(**SHIP)
    assert await house.answers("什么时候发货") == made["id"]
    assert time.perf_counter() - started < 1


async def test_a_change_and_a_deletion_answer_at_once(house: Any) -> None:
    made = await house.entry(**SHIP)
    await house.answers("什么时候发货")
    data = SHIP | {"question": "可以开发票吗", "answer": "可以。"}
    await house.publishing.save("demo", made["id"], data, by="lin", status="on", version=1)
    assert await house.answers("什么时候发货") is None
    assert await house.answers("可以开发票吗") == made["id"]
    await house.publishing.delete("demo", made["id"], by="lin")
    assert await house.answers("可以开发票吗") is None
    await house.publishing.restore("demo", made["id"], by="lin")
    assert await house.answers("可以开发票吗") == made["id"]


@pytest.mark.parametrize("status", ["off", "draft"])
async def test_only_entries_that_are_on_answer(house: Any, status: str) -> None:
    await house.entry(**SHIP, status=status)
    assert await house.answers("什么时候发货") is None


async def test_one_shop_knows_nothing_of_another(house: Any) -> None:
    await house.entry(**SHIP)
    assert await house.answers("什么时候发货", "real") is None


@pytest.mark.parametrize(
    ("own", "answered_by"),
    [
        pytest.param(None, "*", id="only shared"),
        pytest.param("on", "demo", id="its own stands before the shared one"),
        pytest.param("off", None, id="its own, switched off, hides the shared one"),
        pytest.param("deleted", "*", id="its own was deleted: the shared one is back"),
    ],
)
async def test_shared_entries(house: Any, own: str | None, answered_by: str | None) -> None:
    await house.answers("什么时候发货")
    await house.entry("*", **SHIP | {"answer": "共享"}, id="ship")
    if own:
        await house.entry("demo", **SHIP | {"answer": "自己"}, id="ship", status="on" if own == "deleted" else own)
    if own == "deleted":
        await house.publishing.delete("demo", "ship", by="lin")
    answers = {entry.id: entry.answer for entry in (await house.shelf.get("demo")).base.entries}
    assert answers == ({} if answered_by is None else {"ship": "共享" if answered_by == "*" else "自己"})
    assert [e.answer for e in (await house.shelf.get("real")).base.entries] == ["共享"]


async def test_taking_in_one_by_one_is_building_anew(house: Any) -> None:
    await house.shelf.get("demo")
    ids = [(await house.entry(question=f"第{n}个问题怎么办", answer="这样办。"))["id"] for n in range(8)]
    await house.publishing.bulk("demo", ids[:3], by="lin", status="off")
    amended = await house.shelf.get("demo")
    house.shelf.drop("demo")
    anew = await house.shelf.get("demo")
    assert anew.version > amended.version
    assert {e.id for e in amended.base.entries} == {e.id for e in anew.base.entries} == set(ids[3:])
    assert amended.base.read("第5个问题怎么办").matches == anew.base.read("第5个问题怎么办").matches


async def test_peek_never_shows_what_is_out_of_date(house: Any) -> None:
    assert house.shelf.peek("demo") is None
    shelved = await house.shelf.get("demo")
    assert house.shelf.peek("demo") is shelved
    house.shelf.drop("*")
    assert house.shelf.peek("demo") is None
    anew = await house.shelf.get("demo")
    assert house.shelf.peek("demo") is anew


async def test_the_old_one_answers_while_a_new_one_is_built(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.entry(**SHIP)
    old = await house.shelf.get("demo")
    building, real = asyncio.Event(), asyncio.to_thread

    async def slowly(fn: Any, *args: Any) -> Any:
        building.set()
        await asyncio.sleep(0.05)
        return await real(fn, *args)

    await house.store.write(partial(_written, "demo", 1))
    monkeypatch.setattr(asyncio, "to_thread", slowly)
    task = asyncio.create_task(house.shelf.refresh("demo"))
    await building.wait()
    assert await house.shelf.get("demo") is old
    await task
    assert await house.shelf.get("demo") is not old


async def test_many_entries_are_taken_in_by_one_building(house: Any) -> None:
    """Who saves them asks for it, and so does who follows the journal."""
    old = await house.shelf.get("demo")
    await house.store.write(partial(_written, "demo", faq.NAMED_AT_MOST + 1))
    ids = [f"e{n}" for n in range(faq.NAMED_AT_MOST + 1)]
    await asyncio.gather(house.shelf.refresh("demo", ids), house.shelf.follow("demo", None))
    new = await house.shelf.get("demo")
    assert (len(new.base.entries), new.version) == (len(ids), old.version + 1)


async def test_nothing_saved_during_the_first_build_is_lost(house: Any) -> None:
    made, shelved = await asyncio.gather(house.entry(**SHIP), house.shelf.get("demo"))
    assert isinstance(shelved.base, KnowledgeBase)
    assert await house.answers("什么时候发货") == made["id"]


@pytest.mark.parametrize(
    ("shop", "sample", "missing"),
    [
        pytest.param("demo", True, (), id="simulated shop: a sample may be said"),
        pytest.param("real", True, ("发货时效",), id="real shop: a sample may not"),
        pytest.param("real", False, (), id="real shop: confirmed"),
    ],
)
async def test_samples_are_said_in_simulated_shops_only(
    house: Any, shop: str, sample: bool, missing: tuple[str, ...]
) -> None:
    row = {"name": "发货时效", "value": "48 小时内", "sample": sample, "hint": "", "hint_en": ""}
    await house.store.write(faq.write_fields, shop, [row], by="lin", at=0)
    await house.entry(shop, **SHIP)
    shelved = await house.shelf.get(shop)
    text, lacks = shelved.compose("xiaohongshu")(shelved.base.entries[0])
    assert lacks == missing
    assert text == ("付款后{发货时效}发出。" if missing else "付款后48 小时内发出。")


async def test_each_platform_gets_its_own_variant(house: Any) -> None:
    await house.entry(question="怎么退货", answer="在订单页申请。", variants={"kuaishou": "在快手小店订单页申请。"})
    shelved = await house.shelf.get("demo")
    entry = shelved.base.entries[0]
    assert shelved.compose("kuaishou")(entry) == ("在快手小店订单页申请。", ())
    assert shelved.compose("xiaohongshu")(entry) == ("在订单页申请。", ())


async def test_service_hours_fill_their_field(house: Any) -> None:
    await house.entry(question="客服几点上班", answer="每天{在线时段}在线。")
    shelved = await house.shelf.get("demo")
    assert shelved.compose("xiaohongshu")(shelved.base.entries[0])[1] == ("在线时段",)
    hours = {"service_hours": {"start": "09:00", "end": "23:00"}}
    await house.store.write(shops.change_shop, "demo", {"options": hours})
    await house.directory.reload()
    shelved = await house.shelf.get("demo")
    assert shelved.compose("xiaohongshu")(shelved.base.entries[0]) == ("每天09:00–23:00在线。", ())


async def test_a_shop_edits_the_word_lists(house: Any) -> None:
    assert not (await house.shelf.get("demo")).base.read("叫你们掌柜来").heard
    lists = {"added": {"asked_for_person": ["叫你们掌柜"]}, "removed": {}}
    await house.store.write(shops.change_shop, "demo", {"options": {"lists": lists}})
    await house.directory.reload()
    assert (await house.shelf.get("demo")).base.read("叫你们掌柜来").heard


async def test_edits_of_a_list_that_is_gone_do_not_stop_the_shop(house: Any) -> None:
    await house.add_shop("odd", simulated=True, lists={"added": {"nowhere": ["词"]}})
    assert (await house.shelf.get("odd")).base.lists


async def test_an_unknown_shop(house: Any) -> None:
    with pytest.raises(KeyError):
        await house.shelf.get("nobody")
