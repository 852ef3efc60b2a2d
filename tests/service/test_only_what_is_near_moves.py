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
QUESTIONS = [
    json.loads(line)["text"]
    for line in (Path(__file__).parents[1] / "questions" / "clothing.jsonl").read_text("utf-8").splitlines()
]
PACK = packs.load("clothing").entries
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


@pytest.mark.parametrize("place", range(0, len(PACK), 20))
@pytest.mark.parametrize("way", changes(PACK[0]))
async def test_far_questions_keep_their_answers(place: int, way: str) -> None:
    entry = PACK[place]
    before, changed = KnowledgeBase(PACK), changes(entry)[way]
    after = before.with_entry(changed) if changed else before.without(entry.id)
    close = set(await near((before, after), {entry.id}, QUESTIONS))
    far = [text for text in QUESTIONS if text not in close]
    assert far, "something is left out"
    was = await play(before, POLICY, far, NOON)
    now = await play(after, POLICY, far, NOON)
    assert [text for text in far if was[text] != now[text]] == []
