"""A shop in which two buyers have said and been told a little of everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from adapters.base import Ack, Channel
from bot.service.desk import Reply
from tests.flow.house import FRAGMENT, SHIP, UNKNOWN, HandClock, House

MARKER = "桂花乌龙茶玖叁柒"
OTHER = "茉莉龙井贰肆陆"


@dataclass
class Lived:
    """The house, its channel, and the clock they go by."""

    house: House
    channel: Channel


@pytest.fixture
async def lived(tmp_path: Path, database: str) -> AsyncIterator[Lived]:
    """``b1`` leaves one unique word everywhere a word can be left, ``b2`` another one."""
    house = House(tmp_path / "data", HandClock())
    await house.open()
    channel = await house.shop()
    for buyer, word in (("b1", MARKER), ("b2", OTHER)):
        await _talk(house, channel, buyer, word)
    yield Lived(house, channel)
    await house.close()


async def say(
    house: House, channel: Channel, talk: str, nth: int, text: str, *, id: str, name: str = "", kind: str = "text"
) -> Ack:
    """A buyer with an id and a name writes the nth message of a conversation, and what follows at once happens."""
    item = {"id": f"{talk}-{nth}", "conversation": talk, "buyer": {"id": id, "name": name}, "sender": "buyer"}
    item |= {"kind": kind, "text": text, "sent_at": house.clock.now.isoformat()}
    ack = await house.deliver(channel, house.written(body=orjson.dumps({"type": "message", "data": item})))
    await house.settle()
    return ack


async def _talk(house: House, channel: Channel, buyer: str, word: str) -> None:
    desk, cid = house.app.services.desk, house.cid(channel, buyer)
    name = f"买家{word}"
    await say(house, channel, buyer, 1, f"{SHIP}{word}", id=f"{buyer}-{word}", name=name)
    await say(house, channel, buyer, 2, f"{FRAGMENT}{word}", id=f"{buyer}-{word}", name=name)
    await house.later(10)
    await say(house, channel, buyer, 3, f"{UNKNOWN}{word}", id=f"{buyer}-{word}", name=name)
    await desk.takeover(cid, "amei")
    await desk.note(cid, "amei", f"备注{word}")
    await desk.reply(cid, "amei", Reply(f"回复{word}，今天下午从杭州仓发出。"))
    await house.settle()
    await house.app.services.buyers.keep(cid, f"老客{word}", [word], by="amei")
    await say(house, channel, buyer, 4, f"谢谢{word}", id=f"{buyer}-{word}", name=name)
    await say(house, channel, buyer, 5, word, kind="no such kind", id=f"{buyer}-{word}", name=name)
    await house.app.searching.take_in()
    await house.app.gap_intake.take_in()
