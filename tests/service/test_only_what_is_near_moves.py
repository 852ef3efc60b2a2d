"""In a large FAQ only questions near the changed entries are played again: none of the others may get another answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.decide import Policy
from bot.service.playing import near, play
from knowledge_base import packs
from knowledge_base.base import DEFAULT_MARGIN, DEFAULT_THRESHOLD, KnowledgeBase
from knowledge_base.entry import Entry, Keywords, Mode

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
ALONE = [
    json.loads(line)["text"]
    for line in (Path(__file__).parents[1] / "questions" / "clothing.jsonl").read_text("utf-8").splitlines()
]
QUESTIONS = [*ALONE[::2], *(f"{one}，{other}？" for one, other in zip(ALONE[::8], ALONE[1::8], strict=False))]
PACK = packs.load("clothing").entries
BASE = KnowledgeBase(PACK)
POLICY = Policy(Mode.AUTO, DEFAULT_THRESHOLD, DEFAULT_MARGIN, lambda entry: (entry.answer, ()))


def changes(entry: Entry) -> dict[str, Entry | None]:
    """Ways to change an entry."""
    return {
        "gone": None,
        "other phrasings": replace(entry, phrasings=("能不能快一点",)),
        "more phrasings": replace(entry, phrasings=(*entry.phrasings, "在吗想问下这个", "多少钱")),
        "a pattern": replace(entry, keywords=Keywords(pattern=("发.{0,4}吗",))),
        "what it is not": replace(entry, not_this=("什么时候能到货",)),
        "another threshold": replace(entry, threshold=20.0),
    }


async def stay(before: KnowledgeBase, after: KnowledgeBase, changed: str) -> int:
    """Hold what is left out against a change to be answered as before; how many questions that are."""
    close = set(await near(before, after, {changed}, QUESTIONS, NOON))
    far = [text for text in QUESTIONS if text not in close]
    was = await play(before, POLICY, far, NOON)
    now = await play(after, POLICY, far, NOON)
    assert [text for text in far if was[text] != now[text]] == []
    return len(far)


@pytest.mark.parametrize("place", range(0, len(PACK), 40))
@pytest.mark.parametrize("way", changes(PACK[0]))
async def test_far_questions_keep_their_answers(place: int, way: str) -> None:
    entry, other = PACK[place], PACK[(place + 7) % len(PACK)]
    changed = changes(entry)[way]
    once = BASE.with_entry(changed) if changed else BASE.without(entry.id)
    assert await stay(BASE, once, entry.id) > len(QUESTIONS) // 4
    again = once.with_entry(replace(other, answer="再改", phrasings=(*other.phrasings, "怎么还没到")))
    assert await stay(once, again, other.id) > len(QUESTIONS) // 4, (
        "what was found for the change before is gone on with"
    )


def test_a_change_that_was_looked_at_is_not_worked_out_again() -> None:
    changed = replace(PACK[3], answer="另一句")
    looked_at = BASE.with_entry(changed)
    assert BASE.with_entry(replace(PACK[3], answer="另一句")) is looked_at
    assert BASE.with_entry(replace(PACK[3], answer="又一句")) is not looked_at
    assert looked_at.entry(PACK[3].id) == changed
    assert BASE.entry(PACK[3].id) == PACK[3]
