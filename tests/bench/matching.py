"""What one reading costs, against rapidfuzz over all phrasings in the same run, as the base grows."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial

from rapidfuzz import fuzz, process

from knowledge_base import packs
from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry

SIZES = (1_000, 10_000, 100_000)
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
    """Print the tables."""
    print("one question read (ms; p50 and p99), asked anew and asked again, against rapidfuzz.ratio over all phrasings")
    head = f"{'phrasings':>10}{'ready s':>9}{'p50':>8}{'p99':>8}{'again':>8}{'ratio':>8}{'ours/ratio':>12}"
    print(f"{head}{'+1 entry':>10}{'long':>8}")
    for size in SIZES:
        entries = _entries(size)
        began = time.perf_counter()
        base = KnowledgeBase(entries)
        ready = time.perf_counter() - began
        questions = _asked(entries)
        phrasings = [p for entry in entries for p in (entry.question, *entry.phrasings)]
        _times([f"{question}嗯" for question in questions[:100]], base.read)  # warm, and none of those asked next
        p50, p99 = _times(questions, base.read)
        again, _ = _times(questions, base.read)
        plain, _ = _times(questions[:60], partial(process.extract, choices=phrasings, scorer=fuzz.ratio, limit=5))
        added, _ = _times([str(number) for number in range(7)], partial(_grown, base))
        long, _ = _times(["\n".join(questions[at:])[:1000] for at in range(7)], base.read)
        print(
            f"{len(phrasings):>10}{ready:>9.2f}{p50:>8.2f}{p99:>8.2f}{again:>8.3f}{plain:>8.2f}{p50 / plain:>12.2f}"
            f"{added:>10.1f}{long:>8.1f}",
            flush=True,
        )


def _grown(base: KnowledgeBase, number: str) -> KnowledgeBase:
    return base.with_entry(Entry(f"new-{number}", "可以开收据吗", "可以", ("能给个收据吗", "收据怎么开")))


if __name__ == "__main__":
    main()
