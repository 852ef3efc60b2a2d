"""What is wrong in a FAQ by itself: texts two entries claim, entries nobody can reach, words that shut each other out,
fields nothing fills, topics nobody answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from knowledge_base.base import KnowledgeBase
from knowledge_base.characters import fold, strip
from knowledge_base.entry import Context, Entry, Mode
from knowledge_base.fields import broken, names_in
from knowledge_base.gate.sampling import sample
from knowledge_base.keywords import Ground, ordered_words
from knowledge_base.packs import MustAnswer

READS_AT_MOST = 4_000
"""The most phrasings that are read to see whom they reach; of more a fixed choice."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: its code, the entry, our column, what in it, and a sentence in both languages. ``other`` is the
    second entry it is about. A ``warning`` may be meant so; the rest are errors."""

    code: str
    entry: str
    column: str
    text: str
    zh: str
    en: str
    other: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was found, errors first, and how many phrasings of how many were read."""

    findings: tuple[Finding, ...]
    read: int = 0
    phrasings: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(one for one in self.findings if not one.warning)


@dataclass(frozen=True, slots=True)
class Around:
    """What a FAQ is checked with. ``fields`` (name → value) None: the shop's fields are not known, nor looked at; ``of_others``
    are filled by something else than the shop's facts."""

    threshold: float
    margin: float
    today: date
    fields: Mapping[str, str] | None = None
    topics: Sequence[MustAnswer] = field(default=())
    of_others: frozenset[str] = frozenset()


def check(base: KnowledgeBase, around: Around, reads_at_most: int = READS_AT_MOST) -> Checked:
    """Check the entries of a base, which are those that are switched on."""
    entries = base.entries
    claimed = list(_claimed_twice(entries))
    told = {part for one in claimed for part in (one.text, one.entry, one.other)}
    read, of, unreached = _reached(base, around, told, reads_at_most)
    found = [
        *claimed,
        *_same_rules(entries),
        *_shut_out(entries),
        *unreached,
        *_over(entries, around.today),
        *_fields(entries, around.fields, around.of_others),
        *_topics(entries, around.topics),
    ]
    return Checked(tuple(sorted(found, key=lambda one: one.warning)), read, of)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "question", entry.question
    for phrasing in entry.phrasings:
        yield "phrasings", phrasing


def _scopes_meet(one: Entry, other: Entry) -> bool:
    """Two entries for different products never meet; nor do two whose days lie apart."""
    if one.products and other.products and not set(one.products) & set(other.products):
        return False
    apart = (one.valid_to and other.valid_from and one.valid_to < other.valid_from) or (
        other.valid_to and one.valid_from and other.valid_to < one.valid_from
    )
    return not apart


def _claimed_twice(entries: Sequence[Entry]) -> Iterator[Finding]:
    """One text, as it is compared, under two entries: neither is ever sure enough."""
    owners: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        told: set[str] = set()
        for column, text in _texts(entry):
            key = strip(fold(text))
            if not key or key in told:
                continue
            told.add(key)
            for other in owners[key]:
                if _scopes_meet(entry, other):
                    yield Finding(
                        "phrasing_twice", entry.id, column, text,
                        f"「{text}」也写在「{other.question}」里，两条都像就谁也不答。留在一条里",
                        f"“{text}” stands in “{other.question}” too: two alike, so nobody answers. Keep it in one",
                        other.id,
                    )  # fmt: skip
                    break
            owners[key].append(entry)


def _same_rules(entries: Sequence[Entry]) -> Iterator[Finding]:
    """A rule that makes an entry answer by itself, and stands in another entry: equals go to a person, else the lower
    one never answers by it."""
    owners: dict[tuple[str, str], Entry] = {}
    for entry in sorted(entries, key=lambda one: -one.keywords.priority):
        for kind in ("exact", "ordered", "pattern"):
            for rule in getattr(entry.keywords, kind):
                key = (kind, rule if kind == "pattern" else strip(fold(rule)))
                other = owners.setdefault(key, entry)
                if other is entry or not _scopes_meet(entry, other):
                    continue
                higher = other.keywords.priority > entry.keywords.priority
                zh = "优先级更高，这里的永远用不上" if higher else "优先级一样，两条都命中就转人工"
                en = "which has priority, so this one never counts" if higher else "both fit, so a person is asked"
                yield Finding(
                    "rule_shadowed", entry.id, f"keywords_{kind}", rule,
                    f"「{rule}」也写在「{other.question}」里：{zh}。留在一条里",
                    f"“{rule}” stands in “{other.question}” too: {en}. Keep it in one",
                    other.id, warning=higher,
                )  # fmt: skip


def _shut_out(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Words of an entry that shut out its own texts, or each other."""
    for entry in entries:
        words = entry.keywords
        never = {strip(fold(word)) for word in words.never} - {""}
        for kind in ("all", "any"):
            for word in getattr(words, kind):
                if strip(fold(word)) in never:
                    yield Finding(
                        "keyword_shut_out", entry.id, f"keywords_{kind}", word,
                        f"「{word}」又是排除词，永远不会起作用。删掉一处",
                        f"“{word}” is a word that must not occur too. Take one away",
                    )  # fmt: skip
        for column, text in _texts(entry):
            ground = Ground.of(text)
            bad = next((word for word in words.never if ground.says(word)), None)
            lacks = next((word for word in words.all if not ground.says(word)), None)
            if bad is not None:
                yield Finding(
                    "phrasing_shut_out", entry.id, column, text,
                    f"「{text}」含有排除词「{bad}」，这样问永远得不到这条",
                    f"“{text}” holds “{bad}”, which must not occur: it never reaches its entry",
                )  # fmt: skip
            elif lacks is not None:
                yield Finding(
                    "phrasing_shut_out", entry.id, column, text,
                    f"「{text}」没有必含词「{lacks}」，这样问永远得不到这条",
                    f"“{text}” lacks “{lacks}”, which must occur: it never reaches its entry",
                )  # fmt: skip
        for rule in words.ordered:
            if any(strip(fold(part)) in never for part in ordered_words(rule)):
                yield Finding(
                    "keyword_shut_out", entry.id, "keywords_ordered", rule,
                    f"「{rule}」里有排除词，永远不会起作用",
                    f"“{rule}” holds a word that must not occur: it never counts",
                )  # fmt: skip


def _reached(base: KnowledgeBase, around: Around, told: set[str], at_most: int) -> tuple[int, int, list[Finding]]:
    """Read the texts of entries and see whom they reach; where there are too many, of a fixed choice of entries.

    ``told``: texts and entries that two claim, which explains why they reach nobody.
    """
    phrasings = sum(1 + len(entry.phrasings) for entry in base.entries)
    by_id = {entry.id: entry for entry in base.entries}
    chosen = sample(by_id, max(1, at_most * len(by_id) // phrasings)) if phrasings > at_most else list(by_id)
    read = 0
    found: list[Finding] = []
    for entry in map(by_id.__getitem__, chosen):
        if not _in_force(entry, around.today):
            continue
        texts = [(column, text, _finds(base, entry, text, around)) for column, text in _texts(entry)]
        read += len(texts)
        found += _unreached(by_id, entry, texts, told)
    return read, phrasings, found


def _in_force(entry: Entry, today: date) -> bool:
    return not ((entry.valid_from and today < entry.valid_from) or (entry.valid_to and today > entry.valid_to))


def _finds(base: KnowledgeBase, entry: Entry, text: str, around: Around) -> str | None:
    """The entry that surely answers a text, None where none does."""
    matches = base.best(text, Context(around.today, entry.products[0] if entry.products else None))
    if not matches:
        return None
    best = matches[0]
    needed = around.threshold if best.entry.threshold is None else best.entry.threshold
    ahead = len(matches) < 2 or best.sureness - matches[1].sureness >= around.margin
    return best.entry.id if best.sureness >= needed and ahead else None


def _unreached(
    by_id: Mapping[str, Entry], entry: Entry, texts: Sequence[tuple[str, str, str | None]], told: set[str]
) -> Iterator[Finding]:
    """An entry that none of its own texts reaches is dead; one of its texts may be another's."""
    if not any(finds == entry.id for _, _, finds in texts):
        if entry.id in told:
            return
        yield Finding(
            "unreachable", entry.id, "question", entry.question,
            f"「{entry.question}」自己的问法一句也到不了这条，永远不会回答。看看阈值、关键词和相近的知识",
            f"None of its own phrasings reaches “{entry.question}”: it never answers. Look at threshold, keywords, near entries",
        )  # fmt: skip
        return
    for column, text, finds in texts:
        if finds in (None, entry.id) or text in told:
            continue
        yield Finding(
            "phrasing_taken", entry.id, column, text,
            f"「{text}」得到的是「{by_id[finds].question}」的回答",
            f"“{text}” gets the answer of “{by_id[finds].question}”",
            finds,
        )  # fmt: skip


def _over(entries: Sequence[Entry], today: date) -> Iterator[Finding]:
    for entry in entries:
        if entry.valid_to and entry.valid_to < today:
            yield Finding(
                "over", entry.id, "valid_to", entry.valid_to.isoformat(),
                f"「{entry.question}」{entry.valid_to} 就过期了。停用或改日期",
                f"“{entry.question}” ended on {entry.valid_to}. Switch it off or change the day",
                warning=True,
            )  # fmt: skip


def _fields(entries: Sequence[Entry], values: Mapping[str, str] | None, of_others: frozenset[str]) -> Iterator[Finding]:
    """Fields in answers that nothing fills, braces that are none, and facts no answer uses."""
    used: set[str] = set()
    for entry in entries:
        for column, answer in (("answer", entry.answer), *(("variants", text) for _, text in entry.variants)):
            names = names_in(answer)
            used.update(names)
            if broken(answer):
                yield Finding(
                    "field_broken", entry.id, column, answer[:60],
                    f"「{entry.question}」的答案里有不成对或全角的大括号，买家会看到它",
                    f"The answer of “{entry.question}” has unpaired or full-width braces: buyers would see them",
                )  # fmt: skip
            if values is None or entry.mode is Mode.OFF:
                continue
            for name in names:
                if name not in of_others and not values.get(name, "").strip():
                    yield Finding(
                        "field_dead",
                        entry.id,
                        column,
                        name,
                        f"字段「{name}」没有可用的值，「{entry.question}」只会转人工。到字段页填上",
                        f"The field “{name}” has no value, so “{entry.question}” goes to a person. Fill it in",
                    )
    for name in sorted(set(values or ()) - used - of_others):
        yield Finding(
            "field_unused", "", "answer", name,
            f"字段「{name}」没有答案用到",
            f"No answer uses the field “{name}”",
            warning=True,
        )  # fmt: skip


def lacking(entries: Sequence[Entry], topics: Sequence[MustAnswer]) -> Iterator[tuple[MustAnswer, list[Entry]]]:
    """Give the topics that no entry answers to the point, and none leaves to a person; each with the entries asked it."""
    for topic in topics:
        asked = [one for one in entries if any(word in text for _, text in _texts(one) for word in topic.ask)]
        if any(one.mode is Mode.OFF for one in asked) or any(
            word in text for one in asked for text in _answers(one) for word in topic.answer
        ):
            continue
        yield topic, asked


def _topics(entries: Sequence[Entry], topics: Sequence[MustAnswer]) -> Iterator[Finding]:
    """Topics a shop of this kind must answer: asked by some entry, and its answer to the point, or a person's."""
    for topic, asked in lacking(entries, topics):
        zh = "有人问的知识没有答到点上" if asked else "没有知识"
        en = "an entry asks it, no answer is to the point" if asked else "no entry"
        yield Finding(
            "topic_missing", asked[0].id if asked else "", "question", topic.id,
            f"必答要点「{topic.ask[0]}」{zh}（答案里应有：{'、'.join(topic.answer[:4])}）",
            f"Must-answer topic {topic.id} (“{topic.ask[0]}”): {en}",
        )  # fmt: skip


def _answers(entry: Entry) -> Iterator[str]:
    yield entry.answer
    yield from (text for _, text in entry.variants)
