"""off, suggest, auto: for the shop, for an entry, and the stop switch. Nothing automatic goes out where it may not."""

from __future__ import annotations

import time

import pytest

from bot.core.message import Origin
from bot.service.desk import Reply
from bot.service.refusal import Refusal
from tests.service.shop_floor import BY, Floor

ANSWER = "付款后 48 小时内从杭州仓发出，节假日顺延一天。"
NOTICES = {"welcome": "欢迎光临小店", "handoff": "已转给客服，{人工时限} 前回复"}


async def draft(floor: Floor, buyer: str = "b", shop: str = "demo") -> dict:
    """The latest draft of a conversation."""
    rows = await floor.rows("suggestion", conversation=floor.cid(buyer, shop=shop))
    return max(rows, key=lambda row: row["id"])


@pytest.mark.parametrize(
    ("of_the_shop", "of_the_entry", "state", "reason", "heard"),
    [
        #             shop       entry      then the conversation is           and the buyer reads
        pytest.param("auto", "auto", "bot", None, [ANSWER], id="answered"),
        pytest.param("auto", "suggest", "waiting", "draft_to_confirm", [], id="an entry that only proposes"),
        pytest.param("auto", "off", "waiting", "entry_wants_person", [], id="an entry for people only"),
        pytest.param("suggest", "auto", "waiting", "draft_to_confirm", [], id="a shop that only proposes"),
        pytest.param("off", "auto", "waiting", "bot_off", [], id="a shop without the bot"),
    ],
)
async def test_modes(floor, of_the_shop, of_the_entry, state, reason, heard):
    await floor.open_shop(bot_mode=of_the_shop)
    await floor.knows("什么时候发货", ANSWER, mode=of_the_entry)
    talk = await floor.asks("b", "什么时候发货")
    assert (talk["state"], talk["reason"], floor.heard("b")) == (state, reason, heard)
    assert len(await floor.rows("suggestion", shop="demo")) == (reason == "draft_to_confirm")
    assert len(await floor.sends()) == len(heard)


@pytest.mark.parametrize("mode", ["suggest", "off"])
async def test_no_notice_either_where_the_bot_may_not_speak(floor, mode):
    await floor.open_shop(bot_mode=mode, notices=NOTICES)
    await floor.knows("什么时候发货", ANSWER)
    for text in ("什么时候发货", "转人工", "老板的星座"):
        await floor.asks("b", text)
    assert await floor.sends() == []


@pytest.mark.parametrize("simulated", [pytest.param(True, id="simulated"), pytest.param(False, id="real")])
async def test_trust_is_earned(floor, simulated):
    """A new real shop proposes; only the simulated one answers by itself from the start."""
    await floor.open_shop("new", simulated=simulated)
    assert floor.app.directory.shops["new"].mode == ("auto" if simulated else "suggest")


@pytest.mark.parametrize(
    ("text", "counted_as"),
    [
        pytest.param(ANSWER, "used", id="sent as it is"),
        pytest.param(ANSWER + "我已经催仓库了。", "edited", id="edited first"),
    ],
)
async def test_a_draft_used_by_a_person_is_assisted(floor, text, counted_as):
    await floor.open_shop(bot_mode="suggest")
    await floor.knows("什么时候发货", ANSWER)
    await floor.asks("b", "什么时候发货")
    found = await draft(floor)
    assert (found["state"], found["text"]) == ("open", ANSWER)
    await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply(text, Origin.SUGGESTED, found["id"]))
    await floor.quiet()
    assert (await draft(floor))["state"] == counted_as
    [send] = await floor.sends()
    assert (send["reply_class"], send["origin"], send["sender"]) == ("assisted", "suggested", "agent")
    assert floor.heard("b") == [text]


async def test_a_draft_cannot_pass_as_typed(floor):
    """Whoever sends a draft has it counted as assisted, whatever the page says."""
    await floor.open_shop(bot_mode="suggest")
    await floor.knows("什么时候发货", ANSWER)
    await floor.asks("b", "什么时候发货")
    found = await draft(floor)
    await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply(ANSWER, Origin.TYPED, found["id"]))
    assert [row["reply_class"] for row in await floor.sends()] == ["assisted"]


async def test_a_rejected_draft_is_counted_and_the_buyer_stays_in_the_queue(floor):
    await floor.open_shop(bot_mode="suggest")
    await floor.knows("什么时候发货", ANSWER)
    await floor.asks("b", "什么时候发货")
    found = await draft(floor)
    await floor.app.services.desk.reject(floor.cid("b"), "lin", found["id"])
    assert (await draft(floor))["state"] == "rejected"
    assert (await floor.talk("b"))["state"] == "waiting"
    for act in (
        floor.app.services.desk.reject(floor.cid("b"), "lin", found["id"]),
        floor.app.services.desk.reply(floor.cid("b"), "lin", Reply(ANSWER, Origin.SUGGESTED, found["id"])),
    ):
        with pytest.raises(Refusal, match="no longer open"):
            await act
    assert floor.heard("b") == []


async def test_the_stop_switch_works_at_once_and_is_undone(floor):
    await floor.open_shop(notices=NOTICES)
    await floor.knows("什么时候发货", ANSWER)
    assert (await floor.asks("first", "什么时候发货"))["state"] == "bot"
    began = time.perf_counter()
    await floor.app.services.shops.change("demo", {"stopped": True}, {}, by=BY)
    talk = await floor.asks("second", "什么时候发货")
    assert time.perf_counter() - began < 1
    assert (talk["state"], talk["reason"]) == ("waiting", "bot_off")
    assert floor.heard("second") == []
    await floor.app.services.shops.change("demo", {"stopped": False}, {}, by=BY)
    await floor.asks("third", "什么时候发货")
    assert floor.heard("third") == [f"欢迎光临小店\n{ANSWER}"]


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        pytest.param({"stopped": True}, "cancelled", "bot_off", id="the stop switch"),
        pytest.param({"bot_mode": "off"}, "cancelled", "bot_off", id="the mode set to off"),
        pytest.param({"bot_mode": "suggest"}, "cancelled", "bot_off", id="the mode set to suggest"),
        pytest.param({"name": "新店名"}, "pending", None, id="another change lets it wait for its retry"),
    ],
)
async def test_what_waits_for_a_retry_is_not_sent_any_more(floor, change, state, reason):
    """The platform refused an answer, it waits for its next try, and the bot is stopped: a person takes over at once."""
    await floor.open_shop()
    await floor.knows("什么时候发货", ANSWER)
    floor.app.services.make_fault(floor.channels["demo"].key, "refuse")
    await floor.asks("b", "什么时候发货")
    assert [row["status"] for row in await floor.sends()] == ["pending"]
    await floor.app.services.shops.change("demo", change, {}, by=BY)
    floor.app.services.make_fault(floor.channels["demo"].key, "none")
    assert [row["status"] for row in await floor.sends()] == [state]
    talk = await floor.talk("b")
    assert (talk["state"], talk["reason"]) == ("waiting" if reason else "bot", reason)


async def test_a_persons_reply_that_waits_is_sent_though_the_bot_is_stopped(floor):
    await floor.open_shop()
    floor.app.services.make_fault(floor.channels["demo"].key, "refuse")
    await floor.asks("b", "转人工")
    await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply("我在，您的订单明天到。"))
    await floor.quiet()
    await floor.app.services.shops.change("demo", {"stopped": True}, {}, by=BY)
    assert [row["status"] for row in await floor.sends()] == ["pending"]
    assert (await floor.talk("b"))["state"] == "agent"
