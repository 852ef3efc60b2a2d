"""Starter packs load, and each phrasing finds its own entry."""

import pytest

from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import CERTAIN
from knowledge_base.entry import Mode
from knowledge_base.fields import fill

PACKS = packs.names()


def test_there_are_four_packs() -> None:
    assert set(PACKS) == {"beauty", "clothing", "electronics", "food"}


def test_an_unknown_pack_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="没有名为「toys」的模板"):
        packs.load("toys")


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_phrasing_finds_its_own_entry(pack_id: str) -> None:
    pack = packs.load(pack_id)
    base = KnowledgeBase(pack.entries)
    for entry in pack.entries:
        for phrasing in (entry.question, *entry.phrasings):
            found = base.read(phrasing).matches
            assert found, phrasing
            assert (found[0].entry.id, found[0].sureness) == (entry.id, CERTAIN), phrasing


@pytest.mark.parametrize("pack_id", PACKS)
def test_samples_fill_every_answer(pack_id: str) -> None:
    pack = packs.load(pack_id)
    samples = {field.name: field.sample for field in pack.fields}
    for entry in pack.entries:
        assert fill(entry.answer, samples).missing == (), entry.id
        assert entry.answer or entry.mode is Mode.OFF
