"""The FAQ base of a shop: reads a text and says which entries could answer it, and how sure that is.

Never changes once made, so any thread may read it while another one is built: ``with_entry`` and ``without`` give a
new base that shares what did not change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from weakref import ref

from knowledge_base import signals
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Entry, Match, Reading, Signal
from knowledge_base.index import Index
from knowledge_base.keywords import Rules, has_rules
from knowledge_base.normalize import LONGEST_TEXT
from knowledge_base.ranking import NOT, Ranker
from knowledge_base.reading import LONGEST_FRAGMENT, Reader, own_lines, small_talk_of

__all__ = ["ANYWHERE", "DEFAULT_MARGIN", "DEFAULT_THRESHOLD", "KnowledgeBase"]

_READINGS_KEPT = 512  # buyers ask the same things all day
_LONGEST_KEPT = 60
_GROUNDS_KEPT = 8_192  # a shop's cases and its late questions
ANYWHERE = Context()
"""Nothing known around the question."""


class KnowledgeBase:
    """Entries made ready to be matched. Build it off the event loop; read it from any thread."""

    def __init__(self, entries: Iterable[Entry], lists: signals.Lists | None = None) -> None:
        """Build from entries; a later one with the same id replaces an earlier one."""
        by_id = {entry.id: entry for entry in entries}
        index = Index.of(one for entry in by_id.values() for one in _indexed(entry))
        self._lists = lists or signals.Lists.shipped()
        self._use(by_id, index, Rules.of(by_id.values()), self._small_talk_of(by_id.values()))

    def _small_talk_of(self, entries: Iterable[Entry]) -> dict[str, tuple[Signal, ...]]:
        return {entry.id: kinds for entry in entries if (kinds := small_talk_of(entry, self._lists))}

    def _use(
        self, entries: Mapping[str, Entry], index: Index, rules: Rules, small_talk: Mapping[str, tuple[Signal, ...]]
    ) -> None:
        self._entries, self._index, self._rules, self._small_talk = entries, index, rules, small_talk
        self._ranker = Ranker(entries, index, rules)
        reader = Reader(self._ranker, self._lists, own_lines(small_talk))
        self._reader = reader
        self._products = frozenset(product for entry in entries.values() for product in entry.products)
        self._read = lru_cache(maxsize=_READINGS_KEPT)(reader.read)
        self._grounds = lru_cache(maxsize=_GROUNDS_KEPT)(self._ranker.grounds)
        self._lookups: dict[tuple[str, Context], tuple[str, ...] | None] = {}
        self._latest: tuple[str, Entry | None, ref[KnowledgeBase]] | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order they came."""
        return tuple(self._entries.values())

    def entry(self, entry_id: str) -> Entry | None:
        """The entry with an id, None where there is none."""
        return self._entries.get(entry_id)

    @property
    def lists(self) -> signals.Lists:
        """The word lists that signals are heard by."""
        return self._lists

    def with_entry(self, entry: Entry) -> KnowledgeBase:
        """Return a base with this entry added, or in the place of the one with its id."""
        return self._changed(entry.id, entry)

    def without(self, entry_id: str) -> KnowledgeBase:
        """Return a base without this entry; the same base where there is none."""
        if entry_id not in self._entries:
            return self
        return self._changed(entry_id, None)

    def with_lists(self, lists: signals.Lists) -> KnowledgeBase:
        """Return a base of the same entries whose signals are heard by other word lists."""
        base = KnowledgeBase.__new__(KnowledgeBase)
        base._lists = lists
        base._use(self._entries, self._index, self._rules, base._small_talk_of(self._entries.values()))
        return base

    def _changed(self, entry_id: str, entry: Entry | None) -> KnowledgeBase:
        """Return the base with an entry as it shall be; the same one again as long as somebody holds it, for a change
        that was looked at is mostly made."""
        if self._latest is not None and self._latest[:2] == (entry_id, entry):
            made = self._latest[2]()
            if made is not None:
                return made
        if entry is None:
            entries = {known_id: known for known_id, known in self._entries.items() if known_id != entry_id}
        else:
            entries = {**self._entries, entry_id: entry}
        index, before = self._index, dict(_indexed(self._entries[entry_id])) if entry_id in self._entries else {}
        texts = dict(_indexed(entry)) if entry else {}
        for name in (entry_id, NOT + entry_id):
            if texts.get(name) != before.get(name):
                index = index.changed(name, texts.get(name, ()))
        touched = [known[entry_id] for known in (self._entries, entries) if entry_id in known]
        rules = Rules.of(entries.values()) if any(has_rules(entry) for entry in touched) else self._rules
        small_talk = {other: kinds for other, kinds in self._small_talk.items() if other != entry_id}
        small_talk |= self._small_talk_of([entries[entry_id]] if entry_id in entries else [])
        base = KnowledgeBase.__new__(KnowledgeBase)
        base._lists = self._lists
        base._use(entries, index, rules, small_talk)
        if index is self._index and rules is self._rules:
            base._grounds = self._grounds
        self._latest = (entry_id, entry, ref(base))
        return base

    def read(self, text: str, context: Context = ANYWHERE) -> Reading:
        """Say what the FAQ makes of a text: signals, entries best first, parts, small talk, complete or not.

        Small talk has matches only where the base has it letter for letter. The text is cut to 1,000 characters. Any
        Unicode is read; nothing is raised; the cost is bounded. The latest readings of short texts are kept: what is
        asked again in the same context costs next to nothing.
        """
        text = text[:LONGEST_TEXT]
        if len(text) > _LONGEST_KEPT:
            return self._reader.read(text, context)
        return self._read(text, self._that_matters(text, context))

    def _that_matters(self, text: str, context: Context) -> Context:
        """Return a context without what cannot change the reading, so that more questions are the same one."""
        previous = context.previous if len(strip(text)) <= LONGEST_FRAGMENT else ""
        product = context.product if context.product in self._products else None
        return Context(context.today, product, previous)

    def best(self, text: str, context: Context = ANYWHERE) -> tuple[Match, ...]:
        """Return the entries that could answer a text, best first, at most five: ``read`` without the rest."""
        return self._ranker.ranked(text[:LONGEST_TEXT], context).matches()

    def reads_alike(self, other: KnowledgeBase, changed: Collection[str], text: str, context: Context) -> bool:
        """Say whether ``read`` of a text must be the same by another base, made of this one by ``with_entry`` and
        ``without`` of the changed entries. What both rest on is kept, so that asking again costs next to nothing.
        """
        looked_up = self._looked_up(text[:LONGEST_TEXT], context)
        if looked_up is None:
            return False
        for one in looked_up:
            was, now = self._grounds(one), other._grounds(one)
            if was != now or not was.entries.isdisjoint(changed):
                return False
        other._lookups.setdefault((text[:LONGEST_TEXT], context), looked_up)
        return True

    def _looked_up(self, text: str, context: Context) -> tuple[str, ...] | None:
        if (text, context) not in self._lookups:
            if len(self._lookups) >= _GROUNDS_KEPT:
                self._lookups.clear()
            self._lookups[text, context] = self._reader.looked_up(text, context)
        return self._lookups[text, context]

    def neighbours(self, text: str, exclude_id: str | None = None, limit: int = 5) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first: for warning of conflicts."""
        return self._ranker.nearest(text[:LONGEST_TEXT], exclude_id, limit)


def _indexed(entry: Entry) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return what an index keeps of an entry: its phrasings, the standard question first, and what it is not."""
    yield entry.id, _each_once((entry.question, *entry.phrasings))
    if nots := _each_once(entry.not_this):
        yield NOT + entry.id, nots


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
