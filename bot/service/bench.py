"""The test bench: a shop's cases run against its FAQ with what has changed since the last run, a set tried once, what
another threshold would win and lose, and whether answers are as often right as their sureness promises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bot.core.decide import Policy
from bot.service.asked import Asked, asked_lately
from bot.service.cases import Cases, NewCase, case_of
from bot.service.clocks import Clocks
from bot.service.entries import refused
from bot.service.gate_words import LISTED, named
from bot.service.playing import AT_ONCE, answered_by, play, policy_of, read_all
from bot.service.shelf import Shelf, Shelved
from bot.store import gate
from bot.store.engine import Store
from bot.store.ids import from_ms, iso
from knowledge_base.entry import Reading
from knowledge_base.files import BadTable
from knowledge_base.gate import NOBODY, Answered, Case, Verdict, read_set, verdict

GRID = tuple(range(50, 101))
"""The thresholds the slider knows, in percent of sureness."""
BINS = ((0, 50), (50, 80), (80, 90), (90, 95), (95, 99), (99, 100.1))
KEPT_AT_MOST = 2_000
"""The most cases kept at once."""
_SHOPS_KEPT = 4


@dataclass(frozen=True, slots=True)
class _Laid:
    """A shop's cases and late questions with what answers each at every threshold of the grid."""

    version: int
    cases: Sequence[Case]
    asked: Asked
    answers: Mapping[str, Sequence[Answered]]


class Bench:
    """Runs cases and sets."""

    def __init__(self, store: Store, clocks: Clocks, shelf: Shelf, cases: Cases) -> None:
        self._store, self._clocks, self._shelf, self._cases = store, clocks, shelf, cases
        self._laid: dict[str, _Laid] = {}

    async def last(self, shop: str) -> dict[str, Any]:
        """How many cases there are, and how they went when they were last run (None: never)."""
        rows, run = await self._cases.known(shop), await self._store.read(gate.run_of, shop)
        return {"cases": len(rows), "last": None if run is None else _run_shown(run)}

    async def run(self, shop: str, *, by: str) -> dict[str, Any]:
        """Run a shop's cases: each with its verdict, and the one it had last time; this run is the last one from now on."""
        rows, before = await self._cases.known(shop), await self._store.read(gate.run_of, shop)
        shelved, now = await self._shelf.get(shop), self._clocks.now(shop)
        readings = await read_all(shelved.base, (row["question"] for row in rows), now)
        policy, names = policy_of(shelved), _names(shelved)
        then = (before or {}).get("results") or {}
        items, results = [], {}
        for row in rows:
            case = case_of(row)
            answered = answered_by(readings[case.question], policy, now)
            went = verdict(case, answered).value
            results[case.id] = went
            items.append(_shown(case, answered, went, names) | {"origin": row["origin"], "last": then.get(case.id)})
        run = {
            "shop": shop, "results": results, "threshold": policy.threshold, "by": by, "at": self._clocks.now_ms(shop),
        }  # fmt: skip
        await self._store.write(gate.keep_run, run)
        promised = _promised((case_of(row) for row in rows), readings)
        last = None if before is None else _run_shown(before)
        return {**_run_shown(run), "items": items, "before": last, "promised": promised}

    async def try_set(self, shop: str, data: bytes, filename: str, *, keep: bool, by: str) -> dict[str, Any]:
        """Play a set from a file; with ``keep`` its questions join the shop's cases.

        Raises:
            Refusal: the file cannot be read, or has rows that are none and shall be kept.
        """
        shelved, now = await self._shelf.get(shop), self._clocks.now(shop)
        try:
            cases, errors = await asyncio.to_thread(read_set, data, filename, shelved.base.entries)
        except BadTable as bad:
            raise refused("/", bad.zh, bad.en) from bad
        if keep and (errors or len(cases) > KEPT_AT_MOST):
            raise refused(
                "/",
                f"有 {len(errors)} 行读不懂，或多于 {KEPT_AT_MOST} 行，一条也没有留下。",
                f"{len(errors)} rows cannot be read, or there are more than {KEPT_AT_MOST}; nothing was kept.",
            )
        played = await play(shelved.base, policy_of(shelved), (case.question for case in cases), now)
        names = _names(shelved)
        items = [
            _shown(case, answered := played[case.question], verdict(case, answered).value, names) for case in cases
        ]
        if keep:
            await self._cases.add_all(shop, [NewCase(case.question, case.expected) for case in cases], by=by)
        return {
            **_counts(item["verdict"] for item in items),
            "kept": len(cases) if keep else 0,
            "errors": [{"row": e.row, "column": e.column, "why": {"zh": e.why, "en": e.why_en}} for e in errors],
            "items": sorted(items, key=lambda item: item["verdict"] == Verdict.RIGHT.value)[: 5 * LISTED],
        }

    async def thresholds(self, shop: str, value: float) -> dict[str, Any]:
        """What every threshold would make of the cases and of what was asked in the last 30 days (``curve``), and what
        one of them would win and lose against the present one."""
        shelved = await self._shelf.get(shop)
        laid, names = await self._lay(shelved), _names(shelved)
        present, other = (GRID.index(_near(one)) for one in (shelved.config.threshold, value))
        gains: list[dict[str, Any]] = []
        losses: list[dict[str, Any]] = []
        for case in laid.cases:
            was, now = (laid.answers[case.question][place] for place in (present, other))
            good = [verdict(case, answered) is Verdict.RIGHT for answered in (was, now)]
            if good[0] != good[1]:
                (gains if good[1] else losses).append(_moved(case.question, was, now, names) | {"case": case.id})
        for text, rows in laid.asked.questions.items():
            was, now = (laid.answers[text][place] for place in (present, other))
            if was != now:
                one = _moved(text, was, now, names) | {"count": len(rows), "conversation": rows[0]["conversation"]}
                (losses if was else gains).append(one)
        return {
            "present": shelved.config.threshold,
            "value": GRID[other],
            "questions": laid.asked.counts,
            "curve": [self._at(laid, place) for place in range(len(GRID))],
            "gains": {"total": len(gains), "items": gains[:LISTED]},
            "losses": {"total": len(losses), "items": losses[:LISTED]},
        }

    @staticmethod
    def _at(laid: _Laid, place: int) -> dict[str, Any]:
        counts = _counts(verdict(case, laid.answers[case.question][place]).value for case in laid.cases)
        answered = sum(len(rows) for text, rows in laid.asked.questions.items() if laid.answers[text][place])
        return {"threshold": GRID[place], **counts, "answered": answered}

    async def _lay(self, shelved: Shelved) -> _Laid:
        shop, rows = shelved.shop, await self._cases.known(shelved.shop)
        cases = [case_of(row) for row in rows]
        asked = await asked_lately(self._store, self._clocks, shop)
        wanted = dict.fromkeys([*(case.question for case in cases), *asked.questions])
        known = self._laid.get(shop)
        answers = dict(known.answers) if known is not None and known.version == shelved.version else {}
        now, left = self._clocks.now(shop), iter([text for text in wanted if text not in answers])
        policies = [replace(policy_of(shelved), threshold=float(value)) for value in GRID]
        while some := list(islice(left, AT_ONCE)):
            readings = await read_all(shelved.base, some, now)
            for text, reading in readings.items():
                answers[text] = await asyncio.to_thread(_at_each, reading, policies, now)
        laid = _Laid(shelved.version, cases, asked, {text: answers[text] for text in wanted})
        self._laid = dict(list({**self._laid, shop: laid}.items())[-_SHOPS_KEPT:])
        return laid


def _at_each(reading: Reading, policies: Sequence[Policy], now: Any) -> tuple[Answered, ...]:
    """What answers at each threshold: the answers only grow fewer, so that most need not be asked for."""
    found: list[Answered] = []
    for policy in policies:
        found.append(answered_by(reading, policy, now))
        if found[-1] == NOBODY and not reading.parts:
            break
    return (*found, *[NOBODY] * (len(policies) - len(found)))


def _near(value: float) -> int:
    return min(GRID[-1], max(GRID[0], round(value)))


def _names(shelved: Shelved) -> dict[str, str]:
    return {entry.id: entry.question for entry in shelved.base.entries}


def _shown(case: Case, answered: Answered, went: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": case.id,
        "question": case.question,
        "expected": named([case.expected] if case.expected else [], names)[:1],
        "must_not": named([case.wrong] if case.wrong and not case.nobody else [], names)[:1],
        "answered": named(answered, names),
        "verdict": went,
    }


def _moved(text: str, was: Answered, now: Answered, names: Mapping[str, str]) -> dict[str, Any]:
    return {"question": text, "before": named(was, names), "after": named(now, names)}


def _counts(verdicts: Iterable[str]) -> dict[str, int]:
    listed = list(verdicts)
    return {"total": len(listed), **{one.value: listed.count(one.value) for one in Verdict}}


def _run_shown(run: Mapping[str, Any]) -> dict[str, Any]:
    counts = _counts(run["results"].values())
    return {**counts, "threshold": run["threshold"], "by": run["by"], "at": iso(from_ms(run["at"]))}


def _promised(cases: Iterable[Case], readings: Mapping[str, Reading]) -> list[dict[str, Any]]:
    """By how sure the best entry was: how sure on average (``promised``), and how often it was the right one
    (``measured``, percent). Cases that do not tell whether it was are left out."""
    bins: dict[tuple[float, float], list[tuple[float, bool]]] = {}
    for case in cases:
        matches = readings[case.question].matches
        if not matches or (case.expected is None and not case.nobody and matches[0].entry.id != case.wrong):
            continue
        place = next(one for one in BINS if one[0] <= matches[0].sureness < one[1])
        bins.setdefault(place, []).append((matches[0].sureness, matches[0].entry.id == case.expected))
    return [
        {
            "from": low,
            "to": min(100, high),
            "cases": len(found),
            "promised": round(sum(sure for sure, _ in found) / len(found), 1),
            "measured": round(100 * sum(right for _, right in found) / len(found), 1),
        }
        for (low, high) in BINS
        if (found := bins.get((low, high)))
    ]
