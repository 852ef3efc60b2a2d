"""Questions without a sure answer come together by themselves; what an operator does with a group can be taken back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.service.desk import Reply
from bot.service.gap_intake import GapIntake
from bot.service.refusal import Refusal
from bot.store import tables
from bot.store.wiping import wipe
from tests.flow.house import SHIP, House

WORD, LIKE, OTHER = "可以刻字吗", "能不能刻字呀", "你们有实体店吗"
ANSWER: dict[str, Any] = {"answer": "可以刻字，下单时备注要刻的字。", "category": "定制"}


async def taken_in(house: House) -> list[dict[str, Any]]:
    """The open groups of the shop, after what was asked has been taken in."""
    await house.app.gap_intake.take_in()
    return await listed(house)


async def listed(house: House, state: str = "open", sort: str = "week") -> list[dict[str, Any]]:
    found = await house.app.services.gaps.table("shop", state=state, sort=sort, offset=0, limit=50)
    assert found["total"] == found["counts"][state] == len(found["items"])
    return list(found["items"])


async def ask(house: House, channel: Any, *texts: str) -> None:
    """Each text comes from a buyer of its own."""
    for text in texts:
        house.clock.later(60)
        await house.say(channel, f"b{house.clock.ms}", text)


async def test_what_had_no_sure_answer_is_grouped_and_what_was_answered_is_not(house: House) -> None:
    channel = await house.shop()
    await ask(house, channel, WORD, SHIP, "在吗", LIKE, OTHER, "我的电话13812345678，" + WORD)
    first, second = await taken_in(house)
    assert (first["text"], first["count"], first["week"], first["state"]) == (WORD, 3, 3, "open")
    assert (second["text"], second["count"]) == (OTHER, 1)
    one = await house.app.services.gaps.one("shop", first["id"])
    assert [said["text"] for said in one["examples"]] == ["我的电话〔电话〕，" + WORD, LIKE, WORD]
    assert {row["conversation"] for row in one["examples"]} <= {
        row["id"] for row in await house.rows(tables.conversation)
    }
    assert one["first_at"] < one["last_at"]
    assert one["phrasings"] == [WORD, LIKE], "each wording once, none with personal data"
    assert {near["id"] for near in one["nearest"]} <= {"ship", "invoice", "return"}
    assert await house.app.services.gaps.waiting(["shop"]) == 2
    assert one["alike"] == []
    await ask(house, channel, "能刻什么图案")
    await taken_in(house)
    found = (await house.app.services.gaps.one("shop", first["id"]))["alike"]
    assert [(near["text"], near["count"]) for near in found] == [("能刻什么图案", 1)]
    assert 40 <= found[0]["likeness"] < 60


async def test_taking_in_twice_counts_nothing_twice_and_goes_on_after_a_restart(house: House) -> None:
    channel = await house.shop()
    await ask(house, channel, WORD)
    await taken_in(house)
    (one,) = await taken_in(house)
    assert one["count"] == 1
    await house.restart()
    await ask(house, channel, LIKE)
    (one,) = await taken_in(house)
    assert one["count"] == 2
    assert [line["body"]["questions"] for line in await house.journal(kind="gap")] == [1, 1]


async def test_two_processes_that_take_in_at_once_keep_each_question_once(house: House) -> None:
    channel, app = await house.shop(), house.app
    other = GapIntake(app.store, app.directory, app.clocks, app.shelf)
    for text in (WORD, LIKE, WORD):
        await ask(house, channel, text)
        await asyncio.gather(app.gap_intake.take_in(), other.take_in())
    (one,) = await listed(house)
    assert one["count"] == 3


async def test_what_people_answered_then_is_proposed_without_personal_data(house: House) -> None:
    channel = await house.shop()
    desk = house.app.services.desk
    for buyer, text in (("a", WORD), ("b", LIKE)):
        await house.say(channel, buyer, text)
        cid = house.cid(channel, buyer)
        await desk.takeover(cid, "amei")
        house.clock.later(5)
        await desk.reply(cid, "amei", Reply("稍等，我查一下"))
        await house.settle()
        house.clock.later(5)
        await desk.reply(cid, "amei", Reply("可以刻的亲，打13812345678联系师傅"))
        await house.settle()
    (group,) = await taken_in(house)
    one = await house.app.services.gaps.one("shop", group["id"])
    assert [(said["text"], said["times"]) for said in one["answers"]] == [("可以刻的亲，打〔电话〕联系师傅", 2)]


async def test_a_new_entry_answers_what_was_asked_and_undo_deletes_it(house: House) -> None:
    channel, gaps = await house.shop(), house.app.services.gaps
    await ask(house, channel, WORD, LIKE, OTHER)
    (group, _) = await taken_in(house)
    made = await gaps.make("shop", group["id"], ANSWER, status="on", by="yun")
    assert made["brings"] == 2
    entry = (await house.app.services.publishing.entry("shop", made["entry"])).as_json()
    assert (entry["question"], entry["phrasings"], entry["changed_by"]) == (WORD, [LIKE], "yun")
    await house.say(channel, "late", LIKE)
    assert ANSWER["answer"] in house.seen(channel, "late")[0]
    assert [one["text"] for one in await listed(house)] == [OTHER]
    with pytest.raises(Refusal, match="dealt with"):
        await gaps.ignore("shop", group["id"], by="yun")
    publishing = house.app.services.publishing
    kept = await publishing.cases.known("shop")
    assert {(one["question"], one["expected"], one["origin"]) for one in kept} == {
        (text, made["entry"], "reviewed") for text in (WORD, LIKE)
    }
    with pytest.raises(Refusal, match="breaks 2 cases"):
        await publishing.delete("shop", made["entry"], by="yun")
    await gaps.undo("shop", group["id"], by="yun")
    assert await publishing.cases.known("shop") == []
    assert (await house.app.services.publishing.entry("shop", made["entry"])).stored.status == "deleted"
    assert {one["text"] for one in await listed(house)} == {WORD, OTHER}


async def test_phrasings_go_to_an_entry_as_a_version_and_undo_brings_the_former_one_back(house: House) -> None:
    channel, gaps, publishing = await house.shop(), house.app.services.gaps, house.app.services.publishing
    await ask(house, channel, "能不能给我开个抬头写公司的专票呀")
    (group,) = await taken_in(house)
    before = (await publishing.entry("shop", "invoice")).stored
    added = await gaps.add("shop", group["id"], "invoice", [], by="yun")
    assert added["brings"] == 1
    now = (await publishing.entry("shop", "invoice")).stored
    assert now.data["phrasings"] == [*before.data["phrasings"], "能不能给我开个抬头写公司的专票呀"]
    await gaps.undo("shop", group["id"], by="yun")
    assert (await publishing.entry("shop", "invoice")).stored.data == before.data
    await gaps.add("shop", group["id"], "invoice", ["开专票"], by="yun")
    changed = (await publishing.entry("shop", "invoice")).stored
    await publishing.save(
        "shop", "invoice", {**changed.data, "answer": "可以。"}, by="lin", status="on", version=changed.version
    )
    await gaps.undo("shop", group["id"], by="yun")
    now = (await publishing.entry("shop", "invoice")).stored.data
    assert (now["phrasings"], now["answer"]) == (before.data["phrasings"], "可以。"), "what else was changed stays"


async def test_an_entry_that_was_changed_since_it_was_made_is_not_deleted(house: House) -> None:
    channel, gaps, publishing = await house.shop(), house.app.services.gaps, house.app.services.publishing
    await ask(house, channel, WORD)
    (group,) = await taken_in(house)
    made = await gaps.make("shop", group["id"], ANSWER, status="on", by="yun")
    stored = (await publishing.entry("shop", made["entry"])).stored
    await publishing.save(
        "shop", made["entry"], {**stored.data, "answer": "不可以。"}, by="lin", status="on", version=1
    )
    with pytest.raises(Refusal, match="changed since"):
        await gaps.undo("shop", group["id"], by="yun")
    assert (await publishing.entry("shop", made["entry"])).stored.status == "on"


async def test_an_ignored_group_is_back_after_three_more_and_says_so(house: House) -> None:
    channel, gaps = await house.shop(), house.app.services.gaps
    await ask(house, channel, WORD)
    (group,) = await taken_in(house)
    await gaps.ignore("shop", group["id"], by="yun")
    await ask(house, channel, LIKE, WORD)
    assert await taken_in(house) == []
    await ask(house, channel, LIKE)
    (back,) = await taken_in(house)
    assert (back["returned"], back["count"]) == ({"from": "ignored", "times": 3}, 4)
    await ask(house, channel, LIKE)
    (back,) = await taken_in(house)
    assert back["returned"]["times"] == 4
    await gaps.ignore("shop", group["id"], by="yun")
    await gaps.undo("shop", group["id"], by="yun")
    (back,) = await listed(house)
    assert (back["returned"], back["state"]) == (None, "open")


async def test_a_merged_group_goes_on_in_the_other_and_comes_apart_again(house: House) -> None:
    channel, gaps = await house.shop(), house.app.services.gaps
    await ask(house, channel, WORD, LIKE, OTHER)
    (word, other) = await taken_in(house)
    await gaps.merge("shop", other["id"], word["id"], by="yun")
    await ask(house, channel, OTHER)
    (one,) = await taken_in(house)
    assert (one["id"], one["count"]) == (word["id"], 4)
    with pytest.raises(Refusal, match="into itself"):
        await gaps.merge("shop", word["id"], word["id"], by="yun")
    with pytest.raises(Refusal, match="Not found"):
        await gaps.merge("shop", word["id"], "nothing", by="yun")
    await gaps.undo("shop", other["id"], by="yun")
    assert {(row["text"], row["count"]) for row in await listed(house)} == {(WORD, 2), (OTHER, 2)}


async def test_what_was_recalled_or_pointed_at_is_no_question(house: House) -> None:
    channel = await house.shop()
    await house.post(channel, {"id": "taken-back", "text": WORD})
    await house.post(channel, {"id": "recall", "kind": "recall", "meta": {"target": "taken-back"}, "text": ""})
    await house.say(channel, "b", "那个红色的")
    await house.later(10)
    assert await taken_in(house) == []


async def test_of_several_questions_only_what_was_lacking_is_listed(house: House) -> None:
    channel = await house.shop()
    await house.say(channel, "a", "多久发货？可以刻字吗？")
    assert [one["text"] for one in await taken_in(house)] == ["可以刻字吗？"]


async def test_the_journal_names_no_word_of_it(house: House) -> None:
    channel, gaps = await house.shop(), house.app.services.gaps
    await ask(house, channel, WORD)
    (group,) = await taken_in(house)
    await gaps.ignore("shop", group["id"], by="yun")
    lines = await house.journal(kind="gap")
    assert [line["body"]["act"] for line in lines] == ["asked", "ignored"]
    assert "刻" not in str(lines)


async def test_a_wiped_shop_has_no_groups(house: House) -> None:
    channel = await house.shop()
    await ask(house, channel, WORD)
    assert await taken_in(house)
    await house.app.store.write(wipe, "shop")
    for table in (tables.gap, tables.gap_question, tables.gap_mark):
        assert await house.rows(table) == []


async def test_a_group_whose_first_buyer_is_erased_is_known_by_the_next_question(house: House) -> None:
    channel, erasing = await house.shop(), house.app.erasing
    for buyer, text in (("first", WORD), ("next", LIKE), ("other", OTHER)):
        house.clock.later(60)
        await house.say(channel, buyer, text)
    await taken_in(house)
    await erasing.erase("shop", "first", by="owner")
    assert {(one["text"], one["count"]) for one in await listed(house)} == {(LIKE, 1), (OTHER, 1)}
    await ask(house, channel, LIKE)
    assert {(one["text"], one["count"]) for one in await taken_in(house)} == {(LIKE, 2), (OTHER, 1)}
    await erasing.erase("shop", "other", by="owner")
    assert [one["text"] for one in await listed(house)] == [LIKE], "a group without questions goes"
