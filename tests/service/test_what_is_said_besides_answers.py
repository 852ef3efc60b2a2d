"""Welcome, out-of-hours and handoff notices and the timed answer, as buyers get them: each once an inquiry."""

from __future__ import annotations

import pytest

from bot.core.message import Kind
from bot.service.desk import Reply
from bot.service.refusal import Refusal
from tests.service.shop_floor import BY

ANSWER = "付款后 48 小时内从杭州仓发出。"
HOURS = {"start": "09:00", "end": "23:00"}
NOTICES = {"welcome": "欢迎光临小店", "out_of_hours": "我们 {在线时段} 在线", "handoff": "客服 {人工时限} 前回复你"}
TIMED = "客服暂时没空，你的问题已记录，店里 {在线时段} 有人，急事请打 0571-88886666。"


@pytest.mark.parametrize(
    ("at", "lines", "heard"),
    [
        pytest.param("14:00", ["什么时候发货"], [f"欢迎光临小店\n{ANSWER}"], id="welcome joined to the answer"),
        pytest.param(
            "14:00", ["转人工"], ["欢迎光临小店\n客服 14:03 前回复你"], id="welcome joined to the handoff notice"
        ),
        pytest.param(
            "14:00",
            ["什么时候发货", "转人工", "老板的星座", "在不在啊快点"],
            [f"欢迎光临小店\n{ANSWER}", "客服 14:03 前回复你"],
            id="each once an inquiry",
        ),
        pytest.param(
            "23:30",
            ["什么时候发货"],
            [f"欢迎光临小店\n{ANSWER}\n我们 09:00–23:00 在线"],
            id="nobody there: said with it",
        ),
        pytest.param("23:30", ["转人工"], ["欢迎光临小店\n我们 09:00–23:00 在线"], id="nobody there: when, not who"),
        pytest.param(
            "23:30",
            ["转人工", "什么时候发货", "老板的星座"],
            ["欢迎光临小店\n我们 09:00–23:00 在线"],
            id="nobody there, told once; asked for a person, so the bot is quiet",
        ),
    ],
)
async def test_notices(floor, at, lines, heard):
    await floor.open_shop(at=at, notices=NOTICES, service_hours=HOURS)
    await floor.knows("什么时候发货", ANSWER)
    for line in lines:
        await floor.asks("b", line)
        await floor.passes(1)
    assert floor.heard("b") == heard
    assert len(await floor.sends()) == len(heard), "what falls together is one send"


async def test_the_next_inquiry_is_welcomed_again(floor):
    """A session of Xiaohongshu ends by itself; what the buyer asks then is a new inquiry."""
    await floor.open_shop(at="09:30", notices={"welcome": "欢迎光临小店"})
    await floor.knows("什么时候发货", ANSWER)
    await floor.asks("b", "什么时候发货")
    await floor.passes(60)
    await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply("帮你看过了，今天就发。", then="close"))
    await floor.quiet()
    await floor.passes(20 * 3600)
    await floor.asks("b", "什么时候发货")
    assert [line for line in floor.heard("b") if "欢迎" in line] == [f"欢迎光临小店\n{ANSWER}"] * 2
    assert len(await floor.rows("inquiry", shop="demo")) == 2


async def test_no_text_no_notice(floor):
    await floor.open_shop(at="23:30", service_hours=HOURS)
    await floor.asks("b", "转人工")
    await floor.asks("b", kind=Kind.IMAGE)
    assert floor.heard("b") == []


@pytest.mark.parametrize(
    ("passes_s", "heard"),
    [pytest.param(599.9, [], id="not yet"), pytest.param(600, ["filled"], id="ten minutes without a person")],
)
async def test_a_timed_answer_on_kuaishou(floor, passes_s, heard):
    await floor.open_shop(platform="kuaishou", notices={"timed": TIMED}, timed_answer_s=600, service_hours=HOURS)
    await floor.asks("b", "老板的星座是什么")
    await floor.passes(passes_s)
    assert floor.heard("b") == [TIMED.replace("{在线时段}", "09:00–23:00") for _ in heard]
    await floor.passes(600)
    assert len(floor.heard("b")) == 1, "once an inquiry"
    assert [row["reply_class"] for row in await floor.sends()] == ["automatic"]
    assert (await floor.talk("b"))["owed"], "it does not stop the human clock"


@pytest.mark.parametrize("step", ["a person holds it", "a person has replied", "the bot is stopped", "only proposes"])
async def test_no_timed_answer(floor, step):
    await floor.open_shop(platform="kuaishou", notices={"timed": TIMED}, timed_answer_s=600, service_hours=HOURS)
    await floor.asks("b", "老板的星座是什么")
    if step == "a person holds it":
        await floor.app.services.desk.takeover(floor.cid("b"), "lin")
    elif step == "a person has replied":
        await floor.app.services.desk.reply(floor.cid("b"), "lin", Reply("老板是天秤座，谢谢关心。", then="release"))
        await floor.quiet()
    elif step == "the bot is stopped":
        await floor.app.services.shops.change("demo", {"stopped": True}, {}, by=BY)
    else:
        await floor.app.services.shops.change("demo", {"bot_mode": "suggest"}, {}, by=BY)
    before = floor.heard("b")
    await floor.passes(700)
    assert floor.heard("b") == before


@pytest.mark.parametrize(
    ("platform", "text", "refused"),
    [
        pytest.param("kuaishou", "亲，请稍等哦", True, id="filler where the platform calls it faking"),
        pytest.param("kuaishou", "您的问题已收到，正在为您处理", True, id="polite filler"),
        pytest.param("kuaishou", TIMED, False, id="real facts"),
        pytest.param("xiaohongshu", "亲，请稍等哦", False, id="a platform that names no fillers"),
    ],
)
async def test_a_timed_answer_without_substance_is_refused_when_saved(floor, platform, text, refused):
    notices = {"notices": {"timed": text}, "timed_answer_s": 600}
    if refused:
        with pytest.raises(Refusal) as no:
            await floor.open_shop("new", platform, **notices)
        assert (no.value.code, no.value.pointer) == ("meaningless", "/notices/timed")
    else:
        await floor.open_shop("new", platform, **notices)
    await floor.open_shop("old", platform)
    if refused:
        with pytest.raises(Refusal, match="give facts"):
            await floor.app.services.shops.change("old", {}, notices, by=BY)
    else:
        await floor.app.services.shops.change("old", {}, notices, by=BY)


async def test_lines_of_the_same_second_are_one_inquiry(floor):
    """A platform that counts in whole seconds gives them one time; each notice is still said once."""
    await floor.open_shop(notices=NOTICES, service_hours=HOURS)
    for line in ("转人工", "老板的星座", "在不在啊快点", "人呢"):
        await floor.asks("b", line)
    assert floor.heard("b") == ["欢迎光临小店\n客服 14:03 前回复你"]
