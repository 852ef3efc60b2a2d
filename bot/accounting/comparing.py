"""Two counts of the same inquiries set against each other: what differs, and how each of the two sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.accounting.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """An inquiry that two counts see differently; None where one of them has no such inquiry (it joined another)."""

    inquiry: str
    before: Verdict | None
    after: Verdict | None

    @property
    def kind(self) -> str:
        """Both reasons, as ``late>valid``; a dash for no such inquiry."""
        return ">".join("-" if one is None else one.reason.value for one in (self.before, self.after))


def differences(before: Iterable[Verdict], after: Iterable[Verdict]) -> list[Difference]:
    """List the inquiries that do not count alike, in opening order: another reason, or another side of the fraction."""
    old = {one.opened_by: one for one in before}
    new = {one.opened_by: one for one in after}
    found = [
        Difference(inquiry, old.get(inquiry), new.get(inquiry))
        for inquiry in old.keys() | new.keys()
        if _stake(old.get(inquiry)) != _stake(new.get(inquiry))
    ]
    return sorted(found, key=_opened)


def kinds(found: Iterable[Difference]) -> dict[str, int]:
    """Count differences by kind, the most frequent first."""
    return dict(Counter(one.kind for one in found).most_common())


def _opened(one: Difference) -> tuple[object, ...]:
    verdict = one.after or one.before
    return (verdict.opened_at if verdict else None, one.inquiry)


def _stake(verdict: Verdict | None) -> tuple[object, ...] | None:
    if verdict is None:
        return None
    return verdict.reason, verdict.in_denominator, verdict.counted, verdict.night
