"""What one reading costs, against rapidfuzz over all phrasings in the same run, as the base grows."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable

from rapidfuzz import fuzz, process

from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry

SIZES = (1_000, 10_000)
QUESTIONS = 300
PARTS = (
    "蓝色",
    "大号",
    "冬季",
    "儿童",
    "男款",
    "女款",
    "加厚",
    "新款",
    "礼盒",
    "旅行装",
    "家用",
    "商用",
    "便携",
    "防水",
    "静音",
    "纯棉",
)


def _entries(phrasings: int) -> list[Entry]:
    """Entries of the packs, then the same ones about ever more kinds of goods, until there are so many phrasings."""
    own = [entry for name in packs.names() for entry in packs.load(name).entries]
    dice, made, total, number = random.Random(7), [], 0, 0
    while total < phrasings:
        entry = own[number % len(own)]
        about = "" if number < len(own) else "".join(dice.sample(PARTS, 2))
        made.append(
            Entry(
                id=f"e{number}",
                question=about + entry.question,
                answer=entry.answer,
                phrasings=tuple(about + phrasing for phrasing in entry.phrasings),
            )
        )
        total += 1 + len(entry.phrasings)
        number += 1
    return made


def _asked(entries: list[Entry]) -> list[str]:
    """Phrasings with something put before, left out or behind, as buyers do."""
    dice = random.Random(11)
    texts = [phrasing for entry in entries for phrasing in entry.phrasings]
    out = []
    for text in dice.sample(texts, QUESTIONS):
        cut = dice.randrange(len(text))
        out.append(dice.choice(("亲，", "请问", "")) + text[:cut] + text[cut + 1 :] + dice.choice(("呀", "？", "")))
    return out


def _times(questions: Iterable[str], read: Callable[[str], object]) -> tuple[float, float]:
    took = []
    for question in questions:
        began = time.perf_counter()
        read(question)
        took.append(1e3 * (time.perf_counter() - began))
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.99)]


def main() -> None:
    """Print the table."""
    print("one question read (ms), against rapidfuzz.ratio over all phrasings")
    print(f"{'phrasings':>10}{'ready s':>9}{'p50':>8}{'p99':>8}{'ratio p50':>11}{'ours/ratio':>12}")
    for size in SIZES:
        entries = _entries(size)
        began = time.perf_counter()
        base = KnowledgeBase(entries)
        ready = time.perf_counter() - began
        questions = _asked(entries)
        phrasings = [p for entry in entries for p in (entry.question, *entry.phrasings)]
        _times(questions[:50], base.read)
        p50, p99 = _times(questions, base.read)
        plain, _ = _times(questions, lambda q, all_=phrasings: process.extract(q, all_, scorer=fuzz.ratio, limit=5))
        print(f"{len(phrasings):>10}{ready:>9.2f}{p50:>8.2f}{p99:>8.2f}{plain:>11.2f}{p50 / plain:>12.2f}")


if __name__ == "__main__":
    main()
