"""Whether a platform counts replies sent by API is not known at first: both rates are kept until it is."""

from __future__ import annotations

import pytest

from bot.service.desk import Reply
from bot.store.reading import rates

TODAY = ("1970-01-01", "9999-12-31")


async def answered(floor, buyer: str, after_s: float) -> None:
    await floor.asks(buyer, "转人工")
    await floor.passes(after_s)
    await floor.app.services.desk.reply(floor.cid(buyer), "amei", Reply("今天下午发，单号稍后给你。", then="release"))
    await floor.quiet()


async def fractions(floor) -> list[tuple[int, int]]:
    rows = await floor.app.store.read(rates.sums, "demo", *TODAY)
    return [
        (sum(row[f"numerator{kind}"] for row in rows), sum(row[f"denominator{kind}"] for row in rows))
        for kind in ("", "_without_api")
    ]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param("yes", [(1, 1), (1, 1)], id="they count"),
        pytest.param("no", [(0, 1), (0, 1)], id="they do not"),
        pytest.param("unknown", [(1, 1), (0, 1)], id="nobody knows"),
    ],
)
async def test_a_reply_from_the_desk(floor, counts, expected) -> None:
    await floor.open_shop(wire={"api_sent_counts": counts})
    await answered(floor, "b", 60)
    await floor.passes(200)
    assert await fractions(floor) == expected


async def test_without_the_api_a_talk_of_three_inquiries_is_one_that_nobody_answered(floor) -> None:
    """Each answer from the desk ends an inquiry; where it does not count, what follows still belongs to the first."""
    await floor.open_shop(wire={"api_sent_counts": "unknown"})
    for nth in range(1, 5):
        await answered(floor, "b", 60)
        await floor.passes(1_801)
        assert await fractions(floor) == [(nth, nth), (0, 1)]
