"""What a 30-day scorecard and a forecast cost with more and more inquiries behind them: ``python -m tests.bench.scorecard``.

Inquiries are put into the store as the books post them, with the sums kept as for every posting; a year of them, so
that most lie outside the period, as they do in a shop's life.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.service.directory import ZONE
from bot.store import inquiries, rollups
from bot.store.ids import to_ms
from bot.store.tables import conversation, inquiry
from tests.service.shop_floor import Floor, opened_floor

SIZES = (10_000, 100_000, 1_000_000)
DAYS, ROUNDS, BATCH = 365, 15, 5_000
REASONS = ("valid",) * 7 + ("late", "auto_only", "outside_hours")


def filled(table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
    """A whole row: the given values, and for other columns what says nothing."""
    return {column.name: values.get(column.name, _nothing(column)) for column in table.columns}


def _nothing(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return None
    if isinstance(column.type, sa.JSON):
        return []
    if isinstance(column.type, sa.Boolean):
        return False
    return 0 if isinstance(column.type, sa.Integer) else ""


def rows_of(nth: int, floor: Floor) -> tuple[dict[str, Any], dict[str, Any]]:
    """The nth conversation, closed, and its inquiry."""
    reason = REASONS[nth % len(REASONS)]
    at = floor.now() - timedelta(days=nth % DAYS, minutes=nth % 600)
    local, eligible = at.astimezone(ZONE), reason != "outside_hours"
    talk = filled(
        conversation,
        {"id": f"c{nth}", "shop": "demo", "channel": "demo.wire", "external": f"b{nth}", "state": "closed"},
    )
    posted = {
        "id": f"q{nth}",
        "shop": "demo",
        "conversation": f"c{nth}",
        "opened_at": to_ms(at),
        "day": local.date().isoformat(),
        "hour": local.hour,
        "agent": f"agent{nth % 8}" if reason in ("valid", "late") else "",
        "reason": reason,
        "eligible": eligible,
        "in_denominator": eligible,
        "counted": reason == "valid",
        "response_ms": 40_000 if reason == "valid" else 400_000 if reason == "late" else None,
        "marks": {},
        "replies": [{"message": f"m{nth}", "class": "human", "counts": reason == "valid", "reason": "first_valid"}],
    }
    return talk, filled(inquiry, posted)


async def fill(floor: Floor, first: int, last: int) -> None:
    """Put inquiries into the store, as many as a batch in each commit."""
    for start in range(first, last, BATCH):
        made = [rows_of(nth, floor) for nth in range(start, min(last, start + BATCH))]

        def act(conn: sa.Connection, made: Any = made) -> None:
            conn.execute(sa.insert(conversation), [talk for talk, _ in made])
            inquiries.save(conn, [posted for _, posted in made])
            rollups.add(conn, [(+1, posted) for _, posted in made])

        await floor.app.store.write(act)


async def median_ms(ask: Callable[[], Any]) -> float:
    """The median time of a question, warm."""
    await ask()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


async def measure(sizes: tuple[int, ...]) -> None:
    """Fill a store to each size and ask; one line a size."""
    print(f"{'inquiries':>10} {'sums':>7} {'scorecard ms':>13} {'forecast ms':>12} {'agents ms':>10}")
    with tempfile.TemporaryDirectory() as folder:
        async with opened_floor(Path(folder) / "data") as floor:
            await floor.open_shop("demo", "kuaishou", tier="mature")
            services, there = floor.app.services, 0
            period = services.scorecards.period("demo", 30)
            for size in sizes:
                await fill(floor, there, size)
                there = size
                card = await median_ms(lambda: services.scorecards.scorecard("demo", period))
                ahead = await median_ms(lambda: services.forecasts.forecast("demo"))
                agents = await median_ms(lambda: services.agents.figures("demo", period))
                print(f"{size:>10} {len(await floor.rows('rollup')):>7} {card:>13.1f} {ahead:>12.1f} {agents:>10.1f}")


def main() -> None:
    """Measure 10⁴ and 10⁵, or the sizes given."""
    asyncio.run(measure(tuple(map(int, sys.argv[1:])) or SIZES))


if __name__ == "__main__":
    main()
