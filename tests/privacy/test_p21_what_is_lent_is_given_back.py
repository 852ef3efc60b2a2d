"""What a buyer said and was is handed out, erased and expires; the books stay, and nothing comes back."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from bot.service.books import Books
from bot.service.correcting import Wrong
from bot.service.erasing import Erasing
from bot.service.refusal import Refusal
from bot.store import erasing, gaps, search, tables
from bot.store.proof import check
from tests.flow.house import SHIP, House
from tests.privacy.conftest import MARKER, OTHER, Lived, say

DAY_S = 24 * 3600


async def words_of(house: House, word: str) -> list[str]:
    """Every table, the search index and the bytes of every file in which a word stands."""
    found = []

    def look(conn: sa.Connection) -> list[str]:
        names = [*tables.metadata.tables, "message_search"]
        rows = {name: list(conn.execute(sa.text(f'SELECT * FROM "{name}"'))) for name in names}  # noqa: S608
        return [name for name, all_of in rows.items() if any(holds(value, word) for row in all_of for value in row)]

    found += await house.app.store.read(look)
    files = [] if house.app.store.shared else [path for path in house.folder.rglob("*") if path.is_file()]
    found += [path.name for path in files if any(part in path.read_bytes() for part in spelled(word))]
    return found


def in_tables(places: list[str]) -> list[str]:
    return [place for place in places if place in tables.metadata.tables]


def holds(value: Any, word: str) -> bool:
    """Whether a value spells a word, or (as the search index does) its first pair of characters."""
    return word.encode() in value if isinstance(value, bytes) else word[:2] in str(value)


def spelled(word: str) -> list[bytes]:
    """A word as bytes, as it may stand in a file: as it is, escaped, its beginning, or in pairs as the index keeps it,
    without the first byte, which a page may share with the pair before."""
    pairs = [word[at : at + 2].encode()[1:] for at in range(len(word) - 1)]
    return [word.encode(), orjson.dumps(word)[1:-1], word.encode("unicode_escape"), word[:4].encode(), *pairs]


async def figures(house: House) -> dict[str, Any]:
    """The sums and the verdicts."""
    t = tables
    return {
        "rollup": await house.rows(t.rollup, *t.rollup.primary_key),
        "tally": await house.rows(t.tally, *t.tally.primary_key),
        "inquiry": [
            {name: value for name, value in row.items() if name not in ("conversation", "waived")}
            for row in await house.rows(t.inquiry, t.inquiry.c.id)
        ],
        "journal": len(await house.journal()),
    }


def test_p21_of_every_table_it_is_known_how_its_words_are_erased() -> None:
    by_conversation = {table.name for table in erasing._BY_CONVERSATION}
    each_its_own_way = {"conversation", "message", "decision", "delivery", "outbox", "buyer", "passing", "report_case"}
    each_its_own_way |= {"gate_case", "proposal", "inquiry", "gap", "gap_question"}
    known = by_conversation | each_its_own_way | {"timer"} | erasing.NO_WORDS
    assert tables.metadata.tables.keys() == known


async def test_p21_one_buyer_is_handed_out_whole_and_no_other(lived: Lived) -> None:
    found = await lived.house.app.erasing.export("shop", f"b1-{MARKER}", by="owner")
    whole = orjson.dumps(found).decode()
    assert OTHER not in whole
    assert next(row["text"] for row in found["message"] if row["sender"] == "buyer").endswith(MARKER)
    assert found["note"]["note"] == f"老客{MARKER}"
    assert {"conversation", "message", "decision", "outbox", "inquiry"} <= found.keys()


async def test_p21_an_erased_buyer_is_in_no_table_index_or_file_and_the_books_stay(lived: Lived) -> None:
    house = lived.house
    before = await figures(house)
    assert {"message", "conversation", "outbox", "delivery", "buyer"} <= set(await words_of(house, MARKER))
    others = await words_of(house, OTHER)
    began = time.monotonic()
    counts = await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    assert time.monotonic() - began < 60
    assert counts["conversations"] == 1
    assert counts["messages"] >= 6
    assert await words_of(house, MARKER) == []
    assert in_tables(await words_of(house, OTHER)) == in_tables(others), "nobody else's words are touched"
    assert await figures(house) == before
    assert await house.app.store.read(check, "shop") is None
    acts = await house.rows(tables.audit, what="buyer_erased")
    assert [(row["who"], row["shop"]) for row in acts] == [("owner", "shop")]


async def test_p21_what_was_erased_just_before_the_end_leaves_the_files_after_the_restart(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = lived.house

    async def die(_erasing: Erasing) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as dying:
        dying.setattr(Erasing, "_for_good", die)
        with pytest.raises(ConnectionAbortedError):
            await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
        left = await words_of(house, MARKER)
        assert bool(left) is not house.app.store.shared, "an embedded store's files still spell it"
        await house.restart()
    await house.app.erasing.expire()
    assert await words_of(house, MARKER) == []
    assert await house.app.store.read(search.unsettled) == 0


async def test_p21_why_a_conversation_was_closed_is_not_in_the_chain_and_is_erased(lived: Lived) -> None:
    house, desk = lived.house, lived.house.app.services.desk
    cid = house.cid(lived.channel, "b1")
    await house.later(2 * 3600)
    await say(house, lived.channel, "b1", 9, "还有一个别的问题，你们收旧衣服吗", id=f"b1-{MARKER}")
    await desk.close(cid, "amei", f"电话里和{MARKER}说清了")
    (closed,) = [row for row in await house.rows(tables.inquiry, conversation=cid) if row["waived"]]
    assert MARKER in closed["waived"]
    (line,) = await house.journal("shop", "close")
    assert line["body"] == {"by": "amei", "waived": [closed["id"]]}
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    assert await words_of(house, MARKER) == []
    (still,) = await house.rows(tables.inquiry, id=closed["id"])
    assert (still["waived"], still["owed"]) == (erasing.ERASED, False), "it stays closed"


async def test_p21_a_wrongly_answered_question_goes_with_who_asked_it(lived: Lived) -> None:
    house, correcting = lived.house, lived.house.app.services.correcting
    await say(house, lived.channel, "b3", 1, SHIP, id=f"b1-{MARKER}")
    cid = house.cid(lived.channel, "b3")
    (answer,) = [row for row in await house.rows(tables.outbox, conversation=cid) if row["entry"]]
    await correcting.wrong("shop", cid, "amei", Wrong(answer["id"], propose="not_this"))
    assert [row["question"] for row in await house.rows(tables.gate_case)] == [SHIP]
    assert [row["value"] for row in await house.rows(tables.proposal)] == [{"question": SHIP}]
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    assert await house.rows(tables.gate_case) == []
    assert await house.rows(tables.proposal) == []


async def test_p21_an_unanswered_question_goes_with_who_asked_it_and_its_group_is_known_by_the_next_one(
    lived: Lived,
) -> None:
    house = lived.house
    for buyer, word in (("b1", MARKER), ("b2", OTHER)):
        await say(house, lived.channel, f"{buyer}-more", 1, f"可以刻字吗{word}", id=f"{buyer}-{word}")
    await house.app.gap_intake.take_in()
    asked = await house.rows(tables.gap_question)
    assert {MARKER, OTHER} == {word for row in asked for word in (MARKER, OTHER) if word in row["text"]}
    exported = await house.app.erasing.export("shop", f"b1-{MARKER}", by="owner")
    assert exported["gap_question"]
    assert all(OTHER not in row["text"] for row in exported["gap_question"])
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    assert await words_of(house, MARKER) == []
    left = await house.rows(tables.gap_question)
    assert left
    assert all(OTHER in row["text"] for row in left)
    groups = await house.rows(tables.gap)
    assert {row["id"]: row["count"] for row in groups} == Counter(row["gap"] for row in left)
    assert {row["text"] for row in groups} <= {row["text"] for row in left}
    await say(house, lived.channel, "b2-later", 1, f"可以刻字吗{OTHER}", id=f"b2-{OTHER}")
    await house.app.gap_intake.take_in()
    assert await words_of(house, MARKER) == [], "what is in memory brings nothing back"


async def test_p21_what_was_read_for_the_index_and_the_groups_before_it_was_erased_is_not_put_there(
    lived: Lived,
) -> None:
    house, store = lived.house, lived.house.app.store
    await say(house, lived.channel, "b1-more", 1, f"可以刻字吗{MARKER}", id=f"b1-{MARKER}")
    rows, upto = await store.read(search.unread, "shop", 0)
    asked, _ = await store.read(gaps.unread, "shop", 0)
    assert any(MARKER in row["text"] for row in rows)
    assert any(MARKER in text for row in asked for text in row["texts"])
    placed = [
        {"id": row["decision"], "origin": row["decision"], "text": "".join(row["texts"])}
        | {name: row[name] for name in ("conversation", "message", "reason", "at")}
        for row in asked
    ]
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    await store.write_in({"shop"}, search.take_in, "shop", rows, upto)
    mark = await store.read(gaps.mark_of, "shop")
    assert not await store.write_in({"shop"}, gaps.keep, "shop", mark, placed, upto, 0)
    assert await words_of(house, MARKER) == []


async def test_p21_p04_a_late_repeat_of_what_was_erased_revives_nothing(lived: Lived) -> None:
    house = lived.house
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    ack = await say(house, lived.channel, "b1", 1, f"又来{MARKER}", id=f"b1-{MARKER}", name=MARKER)
    assert ack.status == 200
    assert await house.rows(tables.conversation, id=house.cid(lived.channel, "b1")) == []
    assert await house.messages(lived.channel, "b1") == []
    assert len(await house.journal("shop", "conflict")) == 0


async def test_p21_who_comes_back_begins_anew_and_the_old_verdicts_stay(lived: Lived) -> None:
    house = lived.house
    before = {row["id"]: row for row in await house.rows(tables.inquiry)}
    await house.app.erasing.erase("shop", f"b1-{MARKER}", by="owner")
    await say(house, lived.channel, "b1", 9, "还在吗，多久发货？", id="b1")
    after = {row["id"]: row for row in await house.rows(tables.inquiry)}
    assert {key: row["reason"] for key, row in after.items() if key in before} == {
        key: row["reason"] for key, row in before.items()
    }
    assert len(after) == len(before) + 1
    assert await house.app.store.read(check, "shop") is None


async def test_p21_nobody_is_an_answer(lived: Lived) -> None:
    for act in (lived.house.app.erasing.export, lived.house.app.erasing.erase):
        with pytest.raises(Refusal, match="such a buyer"):
            await act("shop", "nobody", by="owner")


@pytest.mark.parametrize(
    ("days", "left"), [pytest.param(179, True, id="179 days"), pytest.param(181, False, id="181 days")]
)
async def test_p21_what_was_said_expires_after_180_days(lived: Lived, days: int, left: bool) -> None:
    house = lived.house
    for buyer in ("b1", "b2"):
        await house.app.services.desk.close(house.cid(lived.channel, buyer), "amei", "done")
    before = await figures(house)
    house.clock.later(days * DAY_S)
    await house.app.erasing.expire()
    assert bool({"message", "conversation", "delivery"} & set(await words_of(house, MARKER))) is left
    after = await figures(house)
    assert (after["rollup"], after["tally"]) == (before["rollup"], before["tally"])
    assert await house.app.store.read(check, "shop") is None


async def test_p21_a_shop_may_keep_it_shorter_and_a_young_inquiry_keeps_only_itself(lived: Lived) -> None:
    house = lived.house
    await house.app.services.shops.change("shop", {}, {"retention_days": 30}, by="owner")
    for buyer in ("b1", "b2"):
        await house.app.services.desk.close(house.cid(lived.channel, buyer), "amei", "done")
    house.clock.later(40 * DAY_S)
    await say(house, lived.channel, "b1", 9, "多久发货？", id="b1")
    await house.app.erasing.expire()
    assert [row["text"] for row in await house.messages(lived.channel, "b1") if row["sender"] == "buyer"] == [
        "多久发货？"
    ]
    assert await house.messages(lived.channel, "b2") == []
    books = Books(house.app.directory, house.app.clocks)
    posted = await house.rows(tables.inquiry, conversation=house.cid(lived.channel, "b1"))

    def judged(conn: sa.Connection) -> list[str]:
        from bot.store import conversations as convs

        cid = house.cid(lived.channel, "b1")
        one = convs.load(conn, [cid])[cid]
        return [verdict.opened_by for verdict in books.judge(conn, one, 0)[1].inquiries]

    assert [row["id"] for row in posted] == await house.app.store.read(judged), "a recount gives the same"


@pytest.mark.parametrize("days", [29, 3651, "30", True])
async def test_p21_how_long_a_shop_may_keep_it(lived: Lived, days: Any) -> None:
    with pytest.raises(Refusal, match="is kept for"):
        await lived.house.app.services.shops.change("shop", {}, {"retention_days": days}, by="owner")
