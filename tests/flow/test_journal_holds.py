"""The journal: one chain a shop, no words in it, and any change behind our back is found."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import sqlalchemy as sa

from adapters.base import Channel
from bot.service.desk import Reply
from bot.store.journal import verify
from bot.store.tables import journal
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


Tamper = Callable[[sa.Connection], int]


def _last(db: sa.Connection) -> int:
    return int(db.scalar(sa.select(sa.func.max(journal.c.seq)).where(journal.c.shop == "shop")) or 0)


def _edit(column: str, value: object) -> Tamper:
    def act(db: sa.Connection) -> int:
        change = sa.update(journal).where(journal.c.shop == "shop", journal.c.seq == 5)
        db.execute(change.values({column: value}))
        return 5

    return act


def _delete(db: sa.Connection) -> int:
    db.execute(sa.text("DELETE FROM journal WHERE shop = 'shop' AND seq = 4"))
    return 4


def _delete_last(db: sa.Connection) -> int:
    last = _last(db)
    db.execute(sa.delete(journal).where(journal.c.shop == "shop", journal.c.seq == last))
    return last


def _swap(db: sa.Connection) -> int:
    for seq, to in ((6, -1), (7, 6), (-1, 7)):
        db.execute(sa.update(journal).where(journal.c.shop == "shop", journal.c.seq == seq).values(seq=to))
    return 6


def _add(db: sa.Connection) -> int:
    last = _last(db)
    row = db.execute(sa.select(journal).where(journal.c.shop == "shop", journal.c.seq == last)).mappings().one()
    db.execute(sa.insert(journal).values({**row, "seq": last + 1}))
    return last + 1


def _move_to_another_shop(db: sa.Connection) -> int:
    db.execute(sa.text("UPDATE journal SET shop = 'north' WHERE shop = 'shop' AND seq = 3"))
    return 3


def _forget_the_head(db: sa.Connection) -> int:
    db.execute(sa.text("DELETE FROM journal_head WHERE shop = 'shop'"))
    return _last(db) + 1


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
    first = await house.app.store.write(tamper)
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
