"""The platform's own figures: kept, set against ours, with the inquiries that could explain a difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from bot.accounting.ruleset import Ruleset
from bot.accounting.scorecard import Rate
from bot.accounting.suspects import WORDS, Case, suspects
from bot.accounting.verdict import Reason
from bot.service.clocks import Clocks
from bot.service.directory import ZONE, Directory
from bot.service.figures import rate_facts
from bot.service.refusal import Because, Refusal
from bot.store import stated
from bot.store.engine import Store
from bot.store.ids import from_ms
from bot.store.journal import Line, append
from bot.store.reading import rates

LISTED = 20
SHOWN = 62
"""How many statements are shown: two months of daily ones."""
CASES_AT_MOST = 5_000
ROUNDED = Fraction(1, 2)
"""How far a percentage may lie from its own fraction: platforms round to whole percents."""
SAME = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Statement:
    """The platform's figure for a local day (``covers`` day) or the period that ends with it (``covers`` period)."""

    day: date
    covers: str
    numerator: int | None
    denominator: int | None
    percent: float | None


class Statements:
    """Keeps and compares statements."""

    def __init__(self, store: Store, directory: Directory, clocks: Clocks) -> None:
        self._store, self._directory, self._clocks = store, directory, clocks

    async def keep(self, shop: str, given: Sequence[Statement], *, by: str) -> None:
        """Keep statements, all or none; a second one for the same day replaces the first.

        Raises:
            Refusal: a day to come, half a fraction, or a percentage that is not the fraction's.
        """
        at = self._clocks.now_ms(shop)
        rows = [{**_facts(one, self.percent_of(shop, one)), "shop": shop, "by": by, "at": at} for one in given]

        def act(conn: sa.Connection) -> None:
            for row in rows:
                stated.keep(conn, row)
                body = {"by": by, "percent": row["percent"]}
                append(conn, [Line(shop, at, "statement", row["date"], None, body)])

        if rows:
            await self._store.write(act)

    def percent_of(self, shop: str, given: Statement) -> Fraction:
        """What percentage a statement says, exactly where it gives a fraction.

        Raises:
            Refusal: as ``keep`` says.
        """
        if given.day > self._clocks.now(shop).astimezone(ZONE).date():
            raise _wrong("date", "日期还没到。", "That day is yet to come.")
        return _percent(given)

    async def states(self, shop: str, given: Sequence[Statement]) -> list[str]:
        """What keeping each of these, which are right, would be: ``new``, ``changed`` or ``unchanged``."""
        known = {(row["date"], row["covers"]): row for row in await self._store.read(stated.kept, shop, None)}
        states = []
        for facts in (_facts(one, self.percent_of(shop, one)) for one in given):
            before = known.get((facts["date"], facts["covers"]))
            same = before is not None and all(before[name] == value for name, value in facts.items())
            states.append("new" if before is None else "unchanged" if same else "changed")
        return states

    async def compared(self, shop: str) -> list[dict[str, Any]]:
        """A shop's statements, latest first, each with our figure, the distance in percentage points, and the
        inquiries that could explain it, likeliest first."""
        found = await self._store.read(stated.kept, shop, SHOWN)
        return [await self._store.read(self._compared, shop, one) for one in found]

    def _compared(self, conn: sa.Connection, shop: str, one: Mapping[str, Any]) -> dict[str, Any]:
        day = date.fromisoformat(one["date"])
        ruleset = self._directory.ruleset(self._directory.shops[shop], day)
        days = ruleset.period_days if one["covers"] == "period" else 1
        first = (day - timedelta(days=days - 1)).isoformat()
        rows = rates.sums(conn, shop, first, one["date"])
        ours, without = rate_of(rows), rate_of(rows, "_without_api")
        theirs = Fraction(str(one["percent"]))
        apart = None if ours.percent is None else theirs - ours.percent
        found: list[Any] = []
        if apart is not None and abs(apart) >= SAME:
            cases = [_case(row) for row in rates.inquiries(conn, shop, first, one["date"], limit=CASES_AT_MOST)]
            found = suspects(cases, ruleset, they_see_fewer=apart < 0)
        return {
            **{name: one[name] for name in ("date", "covers", "numerator", "denominator", "percent", "by", "at")},
            "ours": rate_facts(ours),
            "ours_without_api": rate_facts(without),
            "difference_pp": _pp(apart),
            "difference_without_api_pp": _pp(None if without.percent is None else theirs - without.percent),
            "kinds": dict(Counter(kind.value for kind, _ in found)),
            "suspects": [
                {
                    "inquiry": case.inquiry,
                    "opened_at": case.opened_at.isoformat(),
                    "reason": case.reason.value,
                    "kind": kind.value,
                    "sentence": dict(zip(("zh", "en"), WORDS[kind], strict=True)),
                }
                for kind, case in found[:LISTED]
            ],
        }


def _facts(one: Statement, percent: Fraction) -> dict[str, Any]:
    return {
        "date": one.day.isoformat(),
        "covers": one.covers,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "percent": float(percent),
    }


def rate_of(rows: Sequence[Mapping[str, Any]], suffix: str = "") -> Rate:
    """The rate of summed rows; ``suffix`` ``_without_api``: if replies sent by API counted for nothing."""
    return Rate(*(sum(row[f"{side}{suffix}"] for row in rows) for side in ("numerator", "denominator")))


def api_sent(
    directory: Directory, shop: str, rows: Sequence[Mapping[str, Any]], statements: int, ruleset: Ruleset
) -> dict[str, Any]:
    """Whether the shop's wires let replies by API count (``yes``, ``no``, ``unknown`` where one of them does not say),
    both rates, and whether people should be warned: nobody knows, and no statement has been compared."""
    facts = [directory.adapter(one).capabilities(one).api_sent_counts for one in directory.channels_of(shop)]
    known = next((fact for fact in ("unknown", "no") if fact in facts), "yes")
    return {
        "counts": known,
        "with": rate_facts(rate_of(rows)),
        "without": rate_facts(rate_of(rows, "_without_api")),
        "statements": statements,
        "banner": known == "unknown" and not statements and not ruleset.auto_counts,
    }


def _percent(given: Statement) -> Fraction:
    numerator, denominator = given.numerator, given.denominator
    if (numerator is None) != (denominator is None):
        raise _wrong("denominator", "分子和分母要么都写，要么都不写。", "Give numerator and denominator, or neither.")
    if numerator is None or denominator is None:
        if given.percent is None:
            raise _wrong("percent", "要写百分比，或分子和分母。", "Give a percentage, or numerator and denominator.")
        return Fraction(str(given.percent))
    if not denominator or numerator > denominator:
        raise _wrong(
            "denominator", "分母要大于 0，且不小于分子。", "The denominator is over 0 and not below the numerator."
        )
    exact = Fraction(100 * numerator, denominator)
    if given.percent is not None and abs(Fraction(str(given.percent)) - exact) > ROUNDED:
        raise _wrong("percent", "百分比和分子分母对不上。", "The percentage is not that of the fraction.")
    return exact


def _case(row: Mapping[str, Any]) -> Case:
    decided = next((reply for reply in row["replies"] if reply["message"] == row["decided_by"]), None)
    return Case(
        inquiry=row["id"],
        opened_at=from_ms(row["opened_at"]),
        reason=Reason(row["reason"]),
        counted=row["counted"],
        counted_without_api=row["counted_without_api"],
        response=None if row["response_ms"] is None else timedelta(milliseconds=row["response_ms"]),
        assisted=decided is not None and decided["class"] == "assisted",
    )


def _pp(apart: Fraction | None) -> float | None:
    return None if apart is None else round(float(apart), 2)


def _wrong(name: str, zh: str, en: str) -> Refusal:
    return Refusal(Because.INVALID, "statement", zh, en, pointer=f"/{name}")
