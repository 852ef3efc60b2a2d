"""The FAQ base of a shop: reads a text and says which entries could answer it, and how sure that is.

Never changes once made, so any thread may read it while another one is built: ``with_entry`` and ``without`` give a
new base that shares what did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from knowledge_base import signals
from knowledge_base.calibrate import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Entry, Match, Reading
from knowledge_base.index import Index
from knowledge_base.normalize import LONGEST_TEXT
from knowledge_base.reading import LONGEST_FRAGMENT, Reader

__all__ = ["ANYWHERE", "DEFAULT_MARGIN", "DEFAULT_THRESHOLD", "KnowledgeBase"]

_READINGS_KEPT = 512  # buyers ask the same things all day
_LONGEST_KEPT = 60
ANYWHERE = Context()
"""Nothing known around the question."""


class KnowledgeBase:
    """Entries made ready to be matched. Build it off the event loop; read it from any thread."""

    def __init__(self, entries: Iterable[Entry], lists: signals.Lists | None = None) -> None:
        """Build from entries; a later one with the same id replaces an earlier one."""
        by_id = {entry.id: entry for entry in entries}
        index = Index.of((entry.id, _phrasings(entry)) for entry in by_id.values())
        self._use(Reader(by_id, index, lists or signals.Lists.shipped()))

    def _use(self, reader: Reader) -> None:
        self._reader = reader
        self._products = frozenset(product for entry in reader.entries.values() for product in entry.products)
        self._read = lru_cache(maxsize=_READINGS_KEPT)(reader.read)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order they came."""
        return tuple(self._reader.entries.values())

    @property
    def lists(self) -> signals.Lists:
        """The word lists that signals are heard by."""
        return self._reader.lists

    def with_entry(self, entry: Entry) -> KnowledgeBase:
        """Return a base with this entry added, or in the place of the one with its id."""
        return self._changed({**self._reader.entries, entry.id: entry}, entry.id, _phrasings(entry))

    def without(self, entry_id: str) -> KnowledgeBase:
        """Return a base without this entry; the same base where there is none."""
        if entry_id not in self._reader.entries:
            return self
        left = {known_id: entry for known_id, entry in self._reader.entries.items() if known_id != entry_id}
        return self._changed(left, entry_id, ())

    def _changed(self, entries: Mapping[str, Entry], entry_id: str, phrasings: tuple[str, ...]) -> KnowledgeBase:
        base = KnowledgeBase.__new__(KnowledgeBase)
        base._use(Reader(entries, self._reader.index.changed(entry_id, phrasings), self._reader.lists))
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
        return self._reader.ranked(text[:LONGEST_TEXT], context).matches()

    def neighbours(self, text: str, exclude_id: str | None = None, limit: int = 5) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first: for warning of conflicts."""
        return self._reader.nearest(text[:LONGEST_TEXT], exclude_id, limit)


def _phrasings(entry: Entry) -> tuple[str, ...]:
    """Return each different phrasing of an entry, the standard question first."""
    texts = (text.strip() for text in (entry.question, *entry.phrasings))
    return tuple(dict.fromkeys(text for text in texts if text))
