"""What makes one surer: a lead over the next entry, saying all of each other, telling words."""

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD, sureness
from knowledge_base.entry import Entry
from knowledge_base.matcher import Weights
from knowledge_base.normalize import normalize


def test_surer_with_likeness_and_with_lead_and_never_certain() -> None:
    told = [sureness(likeness, lead) for likeness, lead in ((-2, 0), (0, 0), (0, 2), (2, 2), (2, 7), (30, 7))]
    assert told == sorted(set(told))
    assert told[-1] < CERTAIN


def test_of_two_entries_about_as_likely_neither_is_sure() -> None:
    assert sureness(3.0, 0.2) < DEFAULT_THRESHOLD < sureness(3.0, 3.0)
    steps = [sureness(1.0, lead + 1.0) - sureness(1.0, lead) for lead in (0.0, 1.0, 3.0)]
    assert min(steps[:2]) > steps[2]


def test_one_word_left_over_is_less_sure_than_none() -> None:
    base = KnowledgeBase([Entry("pan", "锅底怎么清洗", "答"), Entry("lid", "锅盖多大", "答")])
    all_said, one_over = base.best("怎么清洗锅底")[0], base.best("怎么清洗铸铁锅底")[0]
    assert all_said.entry.id == one_over.entry.id == "pan"
    assert one_over.sureness < DEFAULT_THRESHOLD < all_said.sureness


@pytest.mark.parametrize("trust", [0.0, 0.3, 1.0])
def test_what_many_phrasings_tell_counts_more_in_chinese(trust: float) -> None:
    chinese, latin = Weights.of(trust, latin=False), Weights.of(trust, latin=True)
    assert chinese.learned == latin.learned
    assert (chinese.slope > latin.slope) is (trust > 0.0)


def test_a_rare_english_word_says_more_than_a_common_one() -> None:
    question = normalize("great money freeze")
    common, money, rare = question.weights
    assert common < money < rare == 1.0
