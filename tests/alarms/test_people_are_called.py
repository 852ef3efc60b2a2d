"""From a buyer's message to a message on the phone: a whole service, its clock moved by hand, and a real sink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.alerts import Alarm
from bot.service.alarm_watch import AlarmWatch
from bot.service.desk import Reply
from bot.store import tables
from bot.store.alarms import claim_due
from tests.alarms.sink import SECRET, Sink
from tests.flow.house import PERSON_PLEASE, SHIP, HandClock, House


class Called(House):
    """A house with one shop, whose alarms go to a robot."""

    async def settle_in(self, robot: Sink, **how: Any) -> None:
        self.channel = await self.shop()
        await self.sink(robot, **how)

    async def sink(self, robot: Sink, **how: Any) -> str:
        values = {"name": "值班群", "gather_s": 10, "quiet_s": 60, **how}
        made = await self.app.alarms.add("shop", "dingtalk", robot.url, SECRET, values, by="test")
        return str(made["id"])

    async def passes(self, seconds: int, step: int = 5) -> None:
        """Time passes as it does: the watch looks and tells every few seconds."""
        for _ in range(seconds // step):
            await self.later(step)
            await self.app.alarm_watch.look()
            await self.tell()

    async def tell(self) -> None:
        await self.app.alarms.tell_due()
        await self.app.alarms.told()

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows(tables.alarm_send, tables.alarm_send.c.created_at)]


@pytest.fixture(autouse=True)
def _quiet():
    with capture_logs():
        yield


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Called]:
    made = Called(tmp_path / "data", HandClock())
    await made.open()
    yield made
    await made.close()


async def test_a_handoff_nobody_takes_calls_after_thirty_seconds(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"])
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(25)
    assert robot.calls == []
    await house.passes(20)
    assert [text.splitlines()[1] for text in robot.texts] == ["1 个会话转人工后无人接管"]
    await house.passes(120)
    assert len(robot.calls) == 1, "told once"


async def test_who_takes_it_in_time_is_not_called(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"])
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(20)
    await house.app.services.desk.takeover(house.cid(house.channel), "lin")
    await house.passes(60)
    assert robot.calls == []


async def test_conversations_of_one_window_are_one_message(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"])
    for nth in range(6):
        await house.say(house.channel, f"b{nth}", PERSON_PLEASE)
    await house.passes(60)
    assert [text.splitlines()[1] for text in robot.texts] == ["6 个会话转人工后无人接管"]


async def test_a_sink_is_quiet_for_a_while_after_a_message(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"], quiet_s=300)
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(60)
    await house.say(house.channel, "b2", PERSON_PLEASE)
    await house.passes(120)
    assert len(robot.calls) == 1
    await house.passes(200)
    assert len(robot.calls) == 2, "what came up meanwhile is told when the quiet is over"


async def test_a_deadline_warns_and_then_is_overdue(house, robot):
    await house.settle_in(robot, kinds=["warn", "overdue"], gather_s=0, quiet_s=0)
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(85)
    assert robot.calls == []
    await house.passes(15)
    assert "1 个会话即将超时" in robot.texts[0]
    await house.passes(90)
    assert "1 个会话已超时" in robot.texts[1]
    await house.passes(300)
    assert len(robot.calls) == 2


async def test_what_the_bot_answered_is_owed_and_warns_too(house, robot):
    await house.settle_in(robot, kinds=["warn"], gather_s=0)
    await house.say(house.channel, "b1", SHIP)
    await house.passes(120)
    assert len(robot.calls) == 1


async def test_a_person_s_reply_ends_it(house, robot):
    await house.settle_in(robot, kinds=["warn", "overdue"], gather_s=0)
    await house.say(house.channel, "b1", PERSON_PLEASE)
    said = Reply("您好，今天下午五点前发出，走顺丰。")
    await house.app.services.desk.reply(house.cid(house.channel), "lin", said)
    await house.settle()
    await house.passes(300)
    assert robot.calls == []


async def test_the_stop_switch_calls_once(house, robot):
    await house.settle_in(robot, gather_s=0)
    await house.passes(5)
    await house.app.services.shops.change("shop", {"stopped": True}, {}, by="lin")
    await house.passes(60)
    assert [text.splitlines()[1] for text in robot.texts] == ["全店机器人已停"]
    await house.app.services.shops.change("shop", {"stopped": False}, {}, by="lin")
    await house.passes(60)
    assert len(robot.calls) == 1


async def test_a_channel_that_falls_silent_in_hours(house, robot):
    await house.settle_in(robot, kinds=["channel_silent"], gather_s=0)
    await house.say(house.channel, "b1", "谢谢")
    await house.passes(19 * 60, step=60)
    await look_for_silence(house)
    assert robot.calls == []
    await house.passes(2 * 60, step=60)
    await look_for_silence(house)
    await look_for_silence(house)
    assert ["已 " in text and "没有收到消息" in text for text in robot.texts] == [True]


async def look_for_silence(house: Called) -> None:
    house.app.alarm_watch._looks = 0
    await house.app.alarm_watch.look()
    await house.later(1)
    await house.tell()


async def test_an_alarm_survives_restarts_and_is_told_once(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"])
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(25)
    await house.restart()  # before it is due
    await house.passes(10)
    await house.restart()  # while it is gathered
    await house.passes(15)
    await house.restart()  # after it was told
    await house.passes(120)
    assert len(robot.calls) == 1


async def test_several_processes_that_look_call_once(house, robot):
    await house.settle_in(robot, kinds=["unclaimed", "warn", "overdue"], gather_s=0, quiet_s=0)
    others = [AlarmWatch(house.app.store, house.app.directory, house.app.clocks, house.app.alarms) for _ in range(4)]
    for nth in range(5):
        await house.say(house.channel, f"b{nth}", PERSON_PLEASE)
    for _ in range(50):
        await house.later(5)
        await asyncio.gather(*(watch.look() for watch in [house.app.alarm_watch, *others]))
        await asyncio.gather(*(house.app.alarms.tell_due() for _ in range(4)))
        await house.app.alarms.told()
    rows = await house.rows(tables.alarm)
    assert len(rows) == 15, "five conversations, three alarms each"
    told = [one for row in await house.rows(tables.alarm_send) for one in row["told"]]
    assert len(told) == 15
    assert len(robot.calls) == len(await house.rows(tables.alarm_send))


async def test_a_message_lost_with_its_process_is_sent_by_the_next(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"], gather_s=0)
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.later(31)
    await house.app.alarm_watch.look()
    assert await house.app.store.write(claim_due, house.clock.ms)  # the process that claimed it dies here
    await house.passes(55)
    assert robot.calls == []
    await house.passes(10)
    assert len(robot.calls) == 1


async def test_what_does_not_get_through_is_tried_again_then_given_up(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"], gather_s=0)
    robot.status = 500
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(40)
    assert await house.states() == ["waiting"]
    await house.passes(200)
    assert len(robot.calls) == 5
    assert await house.states() == ["failed"]
    [row] = await house.app.alarms.log("shop", 0, 10)
    assert row["result"] == {"zh": "对方返回 HTTP 500", "en": "it answered HTTP 500"}


async def test_one_sink_that_hangs_delays_no_other(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"], gather_s=0)
    async with asyncio.timeout(20):
        await house.app.alarms.add("shop", "wecom", "http://127.0.0.1:9/nobody", "", {"name": "x"}, by="test")
        await house.say(house.channel, "b1", PERSON_PLEASE)
        await house.passes(50)
    assert len(robot.calls) == 1


async def test_quiet_hours_hold_it_back_until_they_end(house, robot):
    await house.settle_in(robot, kinds=["unclaimed"], quiet_hours={"start": "13:00", "end": "14:05"})
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(240)
    assert robot.calls == []
    await house.passes(120)
    assert len(robot.calls) == 1


async def test_a_sink_switched_off_or_removed_is_not_told(house, robot):
    await house.settle_in(robot, enabled=False)
    gone = await house.sink(robot)
    await house.app.alarms.remove("shop", gone)
    await house.say(house.channel, "b1", PERSON_PLEASE)
    await house.passes(300)
    assert robot.calls == []


async def test_any_room_may_call_people_in_its_own_transaction(house, robot):
    await house.settle_in(robot, gather_s=0)
    alarm = Alarm(
        "shop", "rate_near_line", "", "2026-05-04", house.clock.ms, {"words": {"zh": "还可漏 3 条", "en": "3 left"}}
    )
    for _ in range(3):
        await house.app.store.write(house.app.alarms.raise_in, [alarm])
    await house.passes(10)
    assert [text.splitlines()[1] for text in robot.texts] == ["人工回复率接近考核线，还可漏 3 条"]


async def test_what_is_told_and_kept_holds_nothing_a_buyer_wrote(house, robot):
    await house.settle_in(robot, gather_s=0)
    await house.say(house.channel, "b1", "转人工 我的电话是13800138000 planted-words")
    await house.passes(300)
    assert robot.calls
    assert "planted-words" not in str(robot.calls) + str(await house.rows(tables.alarm_send))
    assert "13800138000" not in str(robot.calls)
