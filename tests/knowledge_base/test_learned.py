"""What the phrasings of all candidates together say of a question."""

import random

import pytest

from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry
from knowledge_base.meanings import NO_MEANING, Meanings, meaning
from knowledge_base.normalize import normalize

ACCOUNTS = [
    Entry("freeze", "freeze my account", "a", ("please freeze my bank account", "put a freeze on my account", "i want my account frozen")),
    Entry("balance", "what is my account balance", "a", ("how much money is in my account", "tell me my bank account balance", "account balance")),
    Entry("open", "open a new account", "a", ("i want to open a bank account", "how do i open an account", "start a new account")),
]  # fmt: skip


def _best(entries: list[Entry], text: str) -> tuple[str, float]:
    best = KnowledgeBase(entries).best(text)[0]
    return best.entry.id, best.sureness


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        pytest.param("could you put my account on hold by a freeze", "freeze", id="what only one entry says decides"),
        pytest.param("my bank account how much money", "balance", id="in another order"),
        pytest.param("i would like a new bank account", "open", id="what all say decides nothing"),
    ],
)
def test_what_sets_an_entry_apart_finds_it(text: str, entry: str) -> None:
    assert _best(ACCOUNTS, text)[0] == entry


def test_the_order_of_entries_and_phrasings_changes_nothing() -> None:
    dice = random.Random(3)
    told = set()
    for _ in range(6):
        mixed = [
            Entry(one.id, one.question, "a", tuple(dice.sample(one.phrasings, len(one.phrasings)))) for one in ACCOUNTS
        ]
        dice.shuffle(mixed)
        told.add(_best(mixed, "put a stop to my bank account"))
    assert len(told) == 1


def test_an_entry_of_one_phrasing_holds_its_own_beside_one_of_many() -> None:
    many = Entry(
        "ship",
        "什么时候发货",
        "a",
        tuple(f"{when}能发货吗" for when in ("今晚", "周末", "下周", "月底", "早上", "晚点", "现在")),
    )
    one = Entry("invoice", "发货时能附发票吗", "a")
    assert _best([many, one], "发货的时候能附发票吗")[0] == "invoice"


def test_of_very_many_phrasings_the_likest_are_looked_at() -> None:
    many = [
        Entry(f"e{number}", f"第{number}款杯子怎么洗", "a", tuple(f"杯子{number}号{way}洗" for way in "水手机干"))
        for number in range(40)
    ]
    assert _best(many, "杯子17号用水洗")[0] == "e17"


def test_english_words_of_one_meaning_are_near_and_others_are_not() -> None:
    vectors = Meanings.shipped().vectors
    near = vectors[meaning("buy")] @ vectors[meaning("purchas")]
    far = vectors[meaning("buy")] @ vectors[meaning("guitar")]
    assert near > 0.4 > far
    assert meaning("退") == meaning("?how") == meaning("xqzzy") == NO_MEANING


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("手机怎么没声音", "why"),
        ("怎么还没发货", "why"),
        ("咋这么慢", "why"),
        ("怎么才能不掉色", "how"),
        ("怎么洗不掉色", "how"),
    ],
)
def test_a_how_with_a_complaint_behind_it_asks_why(text: str, way: str) -> None:
    assert way in normalize(text).manner.ways
