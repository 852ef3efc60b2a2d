"""The journal: one chain a shop, no words in it, and any change behind our back is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import orjson
import pytest

from adapters.base import Channel
from bot.service.desk import Reply
from bot.store.journal import verify
from tests.flow.house import SHIP, THANKS, UNKNOWN, House

MARKER = "桂花乌龙茶玖叁柒"


@pytest.fixture
async def shop(house: House) -> Channel:
    """A shop with a little of everything in its journal."""
    channel = await house.shop(notices={"welcome": f"欢迎{MARKER}"})
    desk, cid = house.app.services.desk, house.cid(channel)
    await house.say(channel, "b1", f"{UNKNOWN}{MARKER}", name=f"买家{MARKER}")
    await desk.takeover(cid, "amei")
    await desk.note(cid, "amei", f"备注{MARKER}")
    await desk.reply(cid, "amei", Reply(f"回复{MARKER}"))
    await house.settle()
    await house.say(channel, "b1", f"{THANKS}{MARKER}")
    await desk.release(cid, "amei")
    house.break_wire(channel, "refuse", code=40301)
    await house.say(channel, "b2", SHIP)
    house.break_wire(channel, None)
    await house.post(channel, {"id": "x", "text": MARKER, "buyer": "b3"})
    await house.post(channel, {"id": "x", "text": MARKER + "2", "buyer": "b3"})
    await house.later(200)
    return channel


Tamper = Callable[[sqlite3.Connection], int]


def _edit(column: str, value: object) -> Tamper:
    def act(db: sqlite3.Connection) -> int:
        db.execute(f"UPDATE journal SET {column} = ? WHERE shop = 'shop' AND seq = 5", (value,))  # noqa: S608
        return 5

    return act


def _delete(db: sqlite3.Connection) -> int:
    db.execute("DELETE FROM journal WHERE shop = 'shop' AND seq = 4")
    return 4


def _delete_last(db: sqlite3.Connection) -> int:
    [(last,)] = db.execute("SELECT max(seq) FROM journal WHERE shop = 'shop'")
    db.execute("DELETE FROM journal WHERE shop = 'shop' AND seq = ?", (last,))
    return int(last)


def _swap(db: sqlite3.Connection) -> int:
    for seq, to in ((6, -1), (7, 6), (-1, 7)):
        db.execute("UPDATE journal SET seq = ? WHERE shop = 'shop' AND seq = ?", (to, seq))
    return 6


def _add(db: sqlite3.Connection) -> int:
    [(last,)] = db.execute("SELECT max(seq) FROM journal WHERE shop = 'shop'")
    db.execute(
        "INSERT INTO journal SELECT shop, seq + 1, at, kind, ref, conversation, body, prev, hash FROM journal"
        " WHERE shop = 'shop' AND seq = ?",
        (last,),
    )
    return int(last) + 1


def _move_to_another_shop(db: sqlite3.Connection) -> int:
    db.execute("UPDATE journal SET shop = 'north' WHERE shop = 'shop' AND seq = 3")
    return 3


def _forget_the_head(db: sqlite3.Connection) -> int:
    [(last,)] = db.execute("SELECT max(seq) FROM journal WHERE shop = 'shop'")
    db.execute("DELETE FROM journal_head WHERE shop = 'shop'")
    return int(last) + 1


@pytest.mark.parametrize(
    "tamper",
    [
        _edit("body", "{}"),
        _edit("at", 1),
        _edit("kind", "note"),
        _edit("ref", "somebody"),
        _edit("conversation", None),
        _edit("prev", "0" * 64),
        _edit("hash", "0" * 64),
        _delete,
        _delete_last,
        _swap,
        _add,
        _move_to_another_shop,
        _forget_the_head,
    ],
    ids=["body", "time", "kind", "ref", "conversation", "prev", "hash", "deleted", "last deleted", "swapped", "added",
         "moved", "head forgotten"],
)  # fmt: skip
async def test_p20_verify_names_the_first_line_that_was_changed(house: House, shop: Channel, tamper: Tamper) -> None:
    assert await house.app.store.read(verify, "shop") is None
    with sqlite3.connect(house.folder / "miaohui.db") as db:
        first = tamper(db)
    db.close()
    assert await house.app.store.read(verify, "shop") == first


async def test_p20_numbers_have_no_gap_and_every_act_is_there(house: House, shop: Channel) -> None:
    lines = await house.journal()
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    kinds = {line["kind"] for line in lines}
    assert {"message", "decision", "handoff", "takeover", "note", "send", "posting", "release", "conflict"} <= kinds
    assert "deadline" in kinds


async def test_p20_no_word_of_anybody_is_in_the_journal(house: House, shop: Channel) -> None:
    whole = orjson.dumps(await house.journal()).decode()
    assert MARKER not in whole
    assert MARKER in orjson.dumps(await house.messages(shop)).decode()
