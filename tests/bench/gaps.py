"""``python -m tests.bench.gaps``: what it costs to bring 50,000 unanswered questions into groups, and one more."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from knowledge_base import packs
from knowledge_base.gaps import Groups, mask
from knowledge_base.words import rarities

QUESTIONS = 50_000
_BEFORE = ("", "", "", "亲，", "在吗 ", "请问", "老板", "你好，", "我想问下")
_BEHIND = ("", "", "", "呀", "？", "谢谢", "亲", "，急", "，单号20261130123456", "，电话13812345678")
_FORMS = ("{}{}可以吗", "有{}{}吗", "{}的{}怎么弄", "{}{}多少钱", "为什么{}没有{}", "{}和{}哪个好")


def everyday(dice: random.Random) -> str:
    """What packs' buyers ask, with courtesies, numbers and a slip of the finger now and then."""
    text = dice.choice(_OWN)
    if dice.random() < 0.3 and len(text) > 5:
        cut = dice.randrange(len(text) - 1)
        text = text[:cut] + text[cut + 1 :]
    return dice.choice(_BEFORE) + text + dice.choice(_BEHIND)


def all_different(dice: random.Random) -> str:
    """Two words taken at random from the list of Chinese words: hardly a question comes twice."""
    return dice.choice(_FORMS).format(dice.choice(_WORDS), dice.choice(_WORDS))


_OWN = [
    text for name in packs.names() for entry in packs.load(name).entries for text in (entry.question, *entry.phrasings)
]
_WORDS = sorted(word for word, rarity in rarities().items() if len(word) == 2 and rarity < 11)


def main() -> None:
    """Print a line for each kind of questions: how many groups, seconds of CPU for all, ms for the last thousand each."""
    for make in (everyday, all_different):
        _measure(make)


def _measure(make: Callable[[random.Random], str]) -> None:
    dice = random.Random(20261130)
    texts = [make(dice) for _ in range(QUESTIONS)]
    groups, made = Groups(), set()
    began = last = time.process_time()
    for nth, text in enumerate(texts):
        if nth == QUESTIONS - 1_000:
            last = time.process_time()
        made.add(groups.place(str(nth), mask(text)))
    ended = time.process_time()
    print(
        f"{make.__name__}: {QUESTIONS} questions, {len(set(texts))} of them different, {len(made)} groups, "
        f"{ended - began:.1f} s of CPU, {ended - last:.2f} ms each at the end"
    )


if __name__ == "__main__":
    main()
