"""The journal: one chain a shop, no words in it, and any change behind our back is found."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import sqlalchemy as sa

from adapters.base import Channel
from bot.service.desk import Reply
from bot.service.directory import ZONE
from bot.store import proof
from bot.store.holding import GENESIS
from bot.store.journal import chain, verify
from bot.store.tables import inquiry, journal, journal_head, rollup
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


def _rewrite(db: sa.Connection) -> None:
    """Change a line and write the chain after it, and its head, anew."""
    db.execute(sa.update(journal).where(journal.c.shop == "shop", journal.c.seq == 5).values(ref="somebody"))
    prev = GENESIS
    lines = db.execute(sa.select(journal).where(journal.c.shop == "shop").order_by(journal.c.seq)).mappings().all()
    for row in lines:
        made = chain(prev, "shop", row["seq"], (row["at"], row["kind"], row["ref"], row["conversation"], row["body"]))
        this = (journal.c.shop == "shop", journal.c.seq == row["seq"])
        db.execute(sa.update(journal).where(*this).values(prev=prev, hash=made))
        prev = made
    db.execute(sa.update(journal_head).where(journal_head.c.shop == "shop").values(hash=prev))


async def test_p20_a_chain_written_anew_no_longer_fits_a_line_noted_elsewhere(house: House, shop: Channel) -> None:
    store = house.app.store
    noted = await store.read(proof.head, "shop")
    assert noted is not None
    assert await store.read(proof.held, "shop", *noted) is None
    await house.say(shop, "b9", SHIP)
    assert await store.read(proof.held, "shop", *noted) is None, "what came later changes nothing"
    await store.write(_rewrite)
    assert await store.read(verify, "shop") is None, "the chain by itself cannot tell"
    assert await store.read(proof.held, "shop", *noted) == proof.Flaw(proof.What.REWRITTEN, str(noted[0]))


BEHIND = {
    "counted": "UPDATE inquiry SET counted = NOT counted",
    "in the fraction": "UPDATE inquiry SET in_denominator = NOT in_denominator",
    "reason": "UPDATE inquiry SET reason = 'valid_elsewhere'",
    "seconds": "UPDATE inquiry SET response_ms = 1",
    "day": "UPDATE inquiry SET day = '2026-01-01'",
    "gone": "DELETE FROM inquiry",
}


@pytest.mark.parametrize("change", BEHIND.values(), ids=BEHIND.keys())
async def test_p20_an_inquiry_changed_behind_our_back_is_named(house: House, shop: Channel, change: str) -> None:
    store = house.app.store
    first, *_ = await house.rows(inquiry, inquiry.c.opened_at, inquiry.c.id, shop="shop")
    assert await store.read(proof.check, "shop") is None
    await store.write(lambda db: db.execute(sa.text(f"{change} WHERE id = :id"), {"id": first["id"]}))
    flaw = await store.read(proof.check, "shop")
    assert flaw is not None
    assert (flaw.what, flaw.where) == (proof.What.INQUIRY, first["id"])
    (line,) = [one for one in await house.journal() if one["seq"] == flaw.posted]
    assert (line["kind"], line["ref"]) == ("posting", first["id"])


async def test_p20_an_inquiry_nobody_posted_is_named(house: House, shop: Channel) -> None:
    first, *_ = await house.rows(inquiry, inquiry.c.opened_at, inquiry.c.id, shop="shop")
    row = {**first, "id": "invented"}
    await house.app.store.write(lambda db: db.execute(sa.insert(inquiry).values(row)))
    assert await house.app.store.read(proof.check, "shop") == proof.Flaw(proof.What.INQUIRY, "invented")


@pytest.mark.parametrize("column", ["numerator", "denominator", "response_ms", "inquiries", "said_human", "opened"])
async def test_p20_a_sum_changed_behind_our_back_is_named(house: House, shop: Channel, column: str) -> None:
    change = sa.update(rollup).where(rollup.c.shop == "shop").values({column: rollup.c[column] + 1})
    await house.app.store.write(lambda db: db.execute(change))
    day = house.clock.now.astimezone(ZONE).date().isoformat()
    assert await house.app.store.read(proof.check, "shop") == proof.Flaw(proof.What.SUM, day)


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
