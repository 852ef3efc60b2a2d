"""What the gate found, as the API gives it and in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.store.ids import from_ms, iso
from knowledge_base.gate import Answered, Compared, Kept, Moved

LISTED = 100
"""So many of each kind are listed; all are counted."""
_NAMED = 3
REPLY_WITHIN_MS = 86_400_000


def shown_cases(compared: Compared, total: int, names: Mapping[str, str]) -> dict[str, Any]:
    """A set of ``total`` cases, of which ``played`` may move: how many of these are right before and after, which
    break, which are mended."""
    return {
        "cases": {
            "total": total,
            "played": compared.total,
            "right_before": compared.right_before,
            "right_after": compared.right_after,
            "failing": len(compared.failing),
        },
        "broken": _listed(compared.broken, names),
        "mended": _listed(compared.mended, names),
    }


def _listed(kept: Sequence[Kept], names: Mapping[str, str]) -> dict[str, Any]:
    return {"total": len(kept), "items": [shown_case(one, names) for one in kept[:LISTED]]}


def shown_case(one: Kept, names: Mapping[str, str]) -> dict[str, Any]:
    """One case with what answers it before and after."""
    case = one.case
    return {
        "id": case.id,
        "question": case.question,
        "expected": named([case.expected] if case.expected else [], names)[:1],
        "must_not": named([case.wrong] if case.wrong and not case.nobody else [], names)[:1],
        "before": named(one.before, names),
        "after": named(one.after, names),
        "verdict": one.verdict.value,
    }


def named(ids: Iterable[str], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Entries by id and question."""
    return [{"id": key, "question": names.get(key, key)} for key in ids]


def shown_moves(
    found: Moved,
    asked: Mapping[str, Sequence[Mapping[str, Any]]],
    played: tuple[Mapping[str, Answered], Mapping[str, Answered]],
    names: Mapping[str, str],
    said: Mapping[str, Sequence[tuple[int, str]]],
) -> dict[str, Any]:
    """Questions by what becomes of them. ``instead_of_people``: those newly answered to which a person replied then."""
    before, after = played

    def row(text: str) -> dict[str, Any]:
        replies = ((one, _reply_to(one, said)) for one in asked[text])
        last, reply = next(((one, words) for one, words in replies if words is not None), (asked[text][0], None))
        return {
            "question": text,
            "count": len(asked[text]),
            "conversation": last["conversation"],
            "at": iso(from_ms(last["at"])),
            "before": named(before[text], names),
            "after": named(after[text], names),
            "people_said": reply,
        }

    newly = [row(text) for text in found.newly]
    lists = {
        "newly": [one for one in newly if one["people_said"] is None],
        "instead_of_people": [one for one in newly if one["people_said"] is not None],
        "changed": [row(text) for text in found.changed],
        "lost": [row(text) for text in found.lost],
    }
    return {
        name: {"total": len(rows), "items": sorted(rows, key=lambda one: -one["count"])[:LISTED]}
        for name, rows in lists.items()
    }


def _reply_to(one: Mapping[str, Any], said: Mapping[str, Sequence[tuple[int, str]]]) -> str | None:
    """What a person answered to a question, within a day."""
    times = said.get(one["conversation"], ())
    return next((words for at, words in times if 0 <= at - one["at"] <= REPLY_WITHIN_MS), None)


def refused_words(broken: Sequence[Kept]) -> tuple[str, str]:
    """Say which cases break and what to do, in both languages."""
    first = broken[:_NAMED]
    zh = "；".join(f"「{one.case.question}」{_went(one)[0]}" for one in first)
    en = "; ".join(f"“{one.case.question}” {_went(one)[1]}" for one in first)
    more = len(broken) - len(first)
    return (
        f"这次改动让 {len(broken)} 个用例出错：{zh}{f'；还有 {more} 个' if more else ''}。改好再保存，或写明为什么可以这样。",
        f"This change breaks {len(broken)} cases: {en}{f'; {more} more' if more else ''}. "
        "Mend it, or write down why it may be so.",
    )


def _went(one: Kept) -> tuple[str, str]:
    if not one.after:
        return "改后没人答", "is not answered any more"
    return (
        ("改后答成别的", "gets another answer")
        if one.before
        else ("本该由人工回答，改后会自动答", "would be answered, though a person should")
    )
