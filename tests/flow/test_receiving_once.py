"""Receiving: what is signed is kept, what is forged is not, and what comes again changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.service.arrivals import Fresh
from bot.store import tables
from tests.flow.house import INVOICE, SECRET, SHIP, SHIP_SAYS, UNKNOWN, House, signed_again

OTHER_SECRET = "whsec_YW5vdGhlci1zZWNyZXQtYW5vdGhlci1zZWNyZXQ="


@pytest.mark.parametrize(
    ("body", "result", "says"),
    [
        (b"not json at all", "unreadable", "JSON"),
        (b'{"type":"weather","data":{}}', "unreadable", "/type"),
        (b'{"type":"message","data":[{"id":"m1"}]}', "unreadable", "/data/0"),
        (b"\xff\xfe\x00", "unreadable", ""),
        (b"", "unreadable", ""),
    ],
)
async def test_p02_signed_but_unreadable_is_kept_raw_listed_and_answered_yes(
    house: House, body: bytes, result: str, says: str
) -> None:
    for adapter in ("sandbox", "standard"):
        channel = await house.shop(adapter, adapter=adapter)
        ack = await house.post(channel, body=body)
        [kept] = await house.rows(tables.delivery, channel=channel.key)
        assert (ack.status, kept["body"], kept["result"]) == (200, body, result)
        assert says in kept["detail"]


async def test_p02_one_odd_item_takes_no_good_one_with_it(house: House) -> None:
    channel = await house.shop()
    odd = {"id": "m2", "sender": "martian"}
    await house.post(channel, {"id": "m1"}, odd, {"id": "m3", "text": INVOICE})
    [kept] = await house.rows(tables.delivery)
    assert (kept["result"], kept["accepted"]) == ("partly_read", 2)
    assert "/data/1" in kept["detail"]
    assert [row["platform_id"] for row in await house.messages(channel) if row["sender"] == "buyer"] == ["m1", "m3"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (b"a\\u0000b", "a\ufffdb"),
        (b"\\ud83d nickname cut in half", "\ufffd nickname cut in half"),
        ("整句话😀".encode(), "整句话😀"),
    ],
)
async def test_p02_text_no_store_can_hold_is_mended_and_the_raw_bytes_stay(
    house: House, written: bytes, stored: str
) -> None:
    channel = await house.shop(adapter="standard")
    body = (
        b'{"type":"message","data":{"id":"m1","conversation":"b1","buyer":{"id":"b1"},"sender":"buyer",'
        b'"kind":"text","text":"' + written + b'"}}'
    )
    assert (await house.post(channel, body=body)).status == 200
    assert (await house.messages(channel))[0]["text"] == stored
    assert (await house.rows(tables.delivery))[0]["body"] == body


async def test_p02_a_header_that_is_no_text_costs_nothing(house: House) -> None:
    channel = await house.shop()
    delivery = house.written({"id": "m1"})
    odd = replace(delivery, headers={**delivery.headers, "x-note": b"caf\xe9".decode("utf-8", "surrogateescape")})
    assert (await house.deliver(channel, odd)).status == 200
    assert len(await house.messages(channel)) >= 1


@pytest.mark.parametrize(
    ("skew_s", "status"),
    [(0, 200), (300, 200), (301, 401), (-300, 200), (-301, 401)],
    ids=["now", "300 s ahead", "301 s ahead", "300 s behind", "301 s behind"],
)
async def test_p03_a_time_up_to_five_minutes_off_is_taken(house: House, skew_s: int, status: int) -> None:
    channel = await house.shop()
    assert (await house.post(channel, {"id": "m1"}, skew_s=skew_s)).status == status
    assert len(await house.rows(tables.delivery)) == (status == 200)


@pytest.mark.parametrize("how", ["another secret", "a changed body", "no signature", "another shop's secret"])
async def test_p03_forged_is_refused_and_leaves_nothing_but_a_count(house: House, how: str) -> None:
    channel, other = await house.shop(), await house.shop("other")
    await house.app.services.shops.rotate(other.key, by="test")
    await house.app.services.shops.rotate(other.key, by="test")
    theirs = house.app.directory.channels[other.key].secrets[-1]
    # The search index and the groups of unanswered questions read the journal behind everybody's back.
    looked_at = [t for t in tables.metadata.sorted_tables if t.name not in ("search_mark", "gap_mark")]
    before = {t.name: len(await house.rows(t)) for t in looked_at}
    good = house.written({"id": "m1"})
    forged = {
        "another secret": house.written({"id": "m1"}, secret=OTHER_SECRET),
        "a changed body": replace(good, body=good.body.replace(b"m1", b"m2")),
        "no signature": replace(good, headers={}),
        "another shop's secret": house.written({"id": "m1"}, secret=theirs),
    }[how]
    assert (await house.deliver(channel, forged)).status == 401
    await house.settle()
    assert {t.name: len(await house.rows(t)) for t in looked_at} == before
    [kept] = await house.rows(tables.channel, key=channel.key)
    assert kept["bad_signatures"] == 1


async def test_p03_during_a_rotation_both_secrets_sign_and_after_the_next_one_the_oldest_does_not(house: House) -> None:
    channel = await house.shop()
    second = await house.app.services.shops.rotate(channel.key, by="test")
    for n, secret in enumerate((SECRET, second)):
        assert (await house.post(channel, {"id": f"m{n}"}, secret=secret)).status == 200
    third = await house.app.services.shops.rotate(channel.key, by="test")
    answers = [(await house.post(channel, {"id": "m9"}, secret=s)).status for s in (SECRET, second, third)]
    assert answers == [401, 200, 200]


async def test_p04_repeats_in_parallel_after_a_restart_and_days_later_are_one_message_and_one_answer(
    house: House,
) -> None:
    channel = await house.shop()
    first = house.platform.say(channel, "b1", SHIP)
    answers = await asyncio.gather(*(house.deliver(channel, first) for _ in range(30)))
    await house.settle()
    for pause_s in (1, 60, 3 * 86_400):
        await house.restart()
        await house.later(pause_s)
        answers.append(await house.deliver(channel, signed_again(first, house.clock.now)))
        await house.settle()
    assert {ack.status for ack in answers} == {200}
    assert house.seen(channel) == [SHIP_SAYS]
    assert len(await house.rows(tables.decision)) == 1
    assert [row["sender"] for row in await house.messages(channel)] == ["buyer", "bot"]
    [counts] = await house.rows(tables.channel)
    assert (counts["accepted"], counts["repeats"]) == (1, 32)
    assert {row["result"] for row in (await house.rows(tables.delivery))} == {"accepted", "repeat"}


async def test_p04_a_message_told_of_by_the_table_and_by_who_stored_it_is_decided_once(house: House) -> None:
    channel = await house.shop()
    put = house.app.intake._on_stored

    def twice(fresh: Sequence[Fresh]) -> None:
        put(fresh)
        put(fresh)

    house.app.intake._on_stored = twice
    await house.say(channel, "b1", SHIP)
    assert len(await house.rows(tables.decision)) == 1
    assert house.seen(channel) == [SHIP_SAYS]


async def test_p04_same_id_with_other_words_the_first_stays_and_the_conflict_is_on_record(house: House) -> None:
    channel = await house.shop()
    await house.post(channel, {"id": "m1", "text": SHIP})
    assert (await house.post(channel, {"id": "m1", "text": UNKNOWN})).status == 200
    asked = [row["text"] for row in await house.messages(channel) if row["sender"] == "buyer"]
    assert asked == [SHIP]
    assert [line["ref"] for line in await house.journal(kind="conflict")] == [house.mid(channel, "m1")]


async def test_p04_same_id_with_other_words_inside_one_delivery(house: House) -> None:
    channel = await house.shop()
    await house.post(channel, {"id": "m1", "text": SHIP}, {"id": "m1", "text": UNKNOWN}, {"id": "m1", "text": SHIP})
    assert house.seen(channel) == [SHIP_SAYS]
    assert len(await house.journal(kind="conflict")) == 1


async def test_p04_equal_words_with_different_ids_are_two_messages(house: House) -> None:
    channel = await house.shop()
    await house.post(channel, {"id": "m1", "text": UNKNOWN}, {"id": "m2", "text": UNKNOWN})
    assert [row["platform_id"] for row in await house.messages(channel)] == ["m1", "m2"]
    assert len(await house.ends(channel)) == 2


async def test_p04_the_same_id_on_two_channels_is_two_messages(house: House) -> None:
    for channel in (await house.shop("north"), await house.shop("south")):
        await house.post(channel, {"id": "m1"})
        assert len(await house.sends(channel)) == 1


async def test_p06_parallel_first_messages_open_one_conversation(house: House) -> None:
    channel = await house.shop()
    said = [house.platform.say(channel, "b1", f"{UNKNOWN}{n}") for n in range(40)]
    await asyncio.gather(*(house.deliver(channel, one) for one in said))
    await house.settle()
    assert len(await house.rows(tables.conversation)) == 1
    assert len(await house.ends(channel)) == 40


async def test_p06_a_transcript_follows_the_platforms_times_and_without_them_the_order_of_acceptance(
    house: House,
) -> None:
    channel = await house.shop(adapter="standard", send_url="")
    early, late = house.clock.now - timedelta(seconds=60), house.clock.now - timedelta(seconds=10)
    await house.post(channel, {"id": "late", "at": late}, {"id": "early", "at": early})
    house.clock.later(5)
    for n in range(5):
        await house.post(channel, {"id": f"n{n}", "sent_at": None, "text": UNKNOWN})
    asked = [row["platform_id"] for row in await house.messages(channel) if row["sender"] == "buyer"]
    assert asked == ["early", "late", "n0", "n1", "n2", "n3", "n4"]
