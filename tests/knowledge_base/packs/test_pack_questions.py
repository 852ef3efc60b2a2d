"""What buyers write to a shop that has only its starter pack: how much is answered, and how much of it wrongly."""

import json
from pathlib import Path

import pytest

from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.entry import Mode, Reading, Signal

QUESTIONS = Path(__file__).parents[2] / "questions"
FOR_PEOPLE = (Signal.ASKED_FOR_PERSON, Signal.UPSET, Signal.SENSITIVE)


def answered(reading: Reading) -> str | None:
    """The entry that answers by itself with shipped defaults."""
    if not reading.matches or any(reading.hears(signal) for signal in FOR_PEOPLE):
        return None
    best, *others = reading.matches
    two_alike = others and best.sureness - others[0].sureness < DEFAULT_MARGIN
    sure = best.sureness >= DEFAULT_THRESHOLD and best.entry.mode is Mode.AUTO
    return best.entry.id if sure and not two_alike else None


@pytest.mark.parametrize("pack_id", packs.names())
def test_a_starter_pack_answers_half_and_hardly_ever_wrongly(pack_id: str) -> None:
    base = KnowledgeBase(packs.load(pack_id).entries)
    lines = [json.loads(line) for line in (QUESTIONS / f"{pack_id}.jsonl").read_text("utf-8").splitlines()]
    readings = [(line["text"], line["expect"], base.read(line["text"])) for line in lines]
    meant = [(expect, reading) for _, expect, reading in readings if expect is not None]
    first = sum(bool(reading.matches) and reading.matches[0].entry.id == expect for expect, reading in meant)
    given = [(text, expect, answered(reading)) for text, expect, reading in readings]
    right = sum(entry is not None and entry == expect for _, expect, entry in given)
    wrong = [(text, entry) for text, expect, entry in given if entry is not None and entry != expect]
    assert first >= 0.88 * len(meant)
    assert right >= 0.5 * len(meant)
    assert len(wrong) <= 0.02 * len(given), wrong
