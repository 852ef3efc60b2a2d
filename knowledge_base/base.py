"""The FAQ base of a shop: reads a text and says which entries could answer it, and how sure that is.

Never changes once made, so any thread may read it while another one is built: ``with_entry`` and ``without`` give a
new base that shares what did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge_base import compound, signals
from knowledge_base.calibrate import CERTAIN, DEFAULT_MARGIN, DEFAULT_THRESHOLD, MOST_LEAD, sureness
from knowledge_base.characters import fold, strip
from knowledge_base.entry import Context, Entry, Evidence, Heard, Match, Part, Reading, Signal
from knowledge_base.index import Index, Row
from knowledge_base.matcher import Compared, Side, compare, evidence, likeness, profile_of
from knowledge_base.normalize import LONGEST_TEXT, Question, normalize
from knowledge_base.scope import Ground, judge_keywords, may_answer

__all__ = ["ANYWHERE", "DEFAULT_MARGIN", "DEFAULT_THRESHOLD", "KnowledgeBase"]

_CANDIDATES = 40
_MATCHES = 5
_WHOLE_IS_SURE = 90.0
_LONGEST_FRAGMENT = 10
ANYWHERE = Context()
"""Nothing known around the question."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """One entry with its best phrasing for a question; ``likeness`` is log-odds."""

    entry: Entry
    phrasing: str
    likeness: float
    similarity: float
    certain: bool
    evidence: tuple[Evidence, ...]

    @property
    def order(self) -> tuple[bool, float, str]:
        """Best first, the same whatever the order in which entries came."""
        return (not self.certain, -self.likeness, self.entry.id)

    def match(self, lead: float) -> Match:
        """Return the match; ``lead`` is how much likelier this entry is than the best other one."""
        sure = CERTAIN if self.certain else sureness(self.likeness, lead)
        return Match(self.entry, sure, round(self.similarity, 1), self.phrasing, self.evidence)


class KnowledgeBase:
    """Entries made ready to be matched. Build it off the event loop; read it from any thread."""

    def __init__(self, entries: Iterable[Entry], lists: signals.Lists | None = None) -> None:
        """Build from entries; a later one with the same id replaces an earlier one."""
        self._entries: Mapping[str, Entry] = {entry.id: entry for entry in entries}
        self._lists = lists or signals.Lists.shipped()
        self._index = Index.of(row for entry in self._entries.values() for row in _rows(entry))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order they came."""
        return tuple(self._entries.values())

    @property
    def lists(self) -> signals.Lists:
        """The word lists that signals are heard by."""
        return self._lists

    def with_entry(self, entry: Entry) -> KnowledgeBase:
        """Return a base with this entry added, or in the place of the one with its id."""
        index = self._index.without(entry.id) if entry.id in self._entries else self._index
        return self._changed({**self._entries, entry.id: entry}, index.with_rows(_rows(entry)))

    def without(self, entry_id: str) -> KnowledgeBase:
        """Return a base without this entry; the same base where there is none."""
        if entry_id not in self._entries:
            return self
        left = {known: entry for known, entry in self._entries.items() if known != entry_id}
        return self._changed(left, self._index.without(entry_id))

    def _changed(self, entries: Mapping[str, Entry], index: Index) -> KnowledgeBase:
        base = KnowledgeBase.__new__(KnowledgeBase)
        base._entries, base._lists, base._index = entries, self._lists, index
        return base

    def read(self, text: str, context: Context = ANYWHERE) -> Reading:
        """Say what the FAQ makes of a text: signals, entries best first, parts, small talk, complete or not.

        The text is cut to 1,000 characters. Any Unicode is read; nothing is raised; the cost is bounded.
        """
        text = text[:LONGEST_TEXT]
        heard = signals.hear(text, self._lists)
        question = normalize(text)
        if signals.is_small_talk(text, self._lists):
            only_greets = bool(heard) and all(h.signal is Signal.GREETING for h in heard)
            return Reading(text, question.text, heard, small_talk=True, complete=not only_greets)
        matches = self._matches(text, question, context)
        parts = self._parts(text, matches, context)
        complete = _is_complete(text, heard, matches)
        return Reading(text, question.text, heard, matches, parts, complete=complete)

    def best(self, text: str, context: Context = ANYWHERE) -> tuple[Match, ...]:
        """Return the entries that could answer a text, best first, at most five: ``read`` without the rest."""
        text = text[:LONGEST_TEXT]
        return self._matches(text, normalize(text), context)

    def neighbours(self, text: str, exclude_id: str | None = None, limit: int = 5) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first: for warning of conflicts."""
        question = normalize(text[:LONGEST_TEXT])
        found = [self._scored(text, question, entry, near, ()) for entry, near in self._nearest(question).items()]
        order = sorted((s for s in found if s.entry.id != exclude_id), key=lambda s: (-s.similarity, s.entry.id))
        return tuple(scored.match(0.0) for scored in order[:limit])

    def _matches(self, text: str, question: Question, context: Context) -> tuple[Match, ...]:
        ground = Ground.of(text)
        found = []
        for entry, nearest in self._nearest(question).items():
            if may_answer(entry, context) and (hit := judge_keywords(entry, ground)) is not None:
                found.append(self._scored(text, question, entry, nearest, hit))
        ranked = sorted(found, key=lambda scored: scored.order)
        leads = (
            [
                scored.likeness - (ranked[1 if place == 0 else 0].likeness)
                for place, scored in enumerate(ranked[:_MATCHES])
            ]
            if len(ranked) > 1
            else [MOST_LEAD]
        )
        return tuple(scored.match(lead) for scored, lead in zip(ranked[:_MATCHES], leads, strict=False))

    def _nearest(self, question: Question) -> dict[Entry, tuple[str, Compared]]:
        """Return the entries that share most with a question, each with its likest phrasing."""
        side = Side.of(question)
        best: dict[str, tuple[str, Compared]] = {}
        for row in self._index.nearest(question, _CANDIDATES):
            compared = compare(question, side, row.phrasing)
            known = best.get(row.entry_id)
            if known is None or (-compared.likeness, row.phrasing) < (-known[1].likeness, known[0]):
                best[row.entry_id] = (row.phrasing, compared)
        return {self._entries[entry_id]: near for entry_id, near in best.items()}

    def _scored(
        self, text: str, question: Question, entry: Entry, nearest: tuple[str, Compared], extra: tuple[Evidence, ...]
    ) -> _Scored:
        phrasing, compared = nearest
        profile = profile_of(tuple(row.phrasing for row in _rows(entry)))
        alike = likeness(question, compared, profile, self._index.said_by(question)) + sum(e.value for e in extra)
        letters = strip(fold(text))
        certain = letters != "" and any(letters == strip(fold(row.phrasing)) for row in _rows(entry))
        similarity = 100.0 if certain else compared.similarity
        return _Scored(entry, phrasing, alike, similarity, certain, (*evidence(compared, question), *extra))

    def _parts(self, text: str, whole: tuple[Match, ...], context: Context) -> tuple[Part, ...]:
        """Return the questions of a text that asks several; nothing where the whole is sure or one clause asks."""
        if whole and whole[0].sureness >= _WHOLE_IS_SURE:
            return ()
        pieces = compound.clauses(text)
        if len(pieces) < 2:
            return ()
        parts = [Part(piece, self._matches(piece, normalize(piece), context)) for piece in pieces]
        asking = [part for part in parts if _is_sure(part) or compound.asks(part.text)]
        sure = {part.matches[0].entry.id for part in asking if _is_sure(part)}
        return tuple(asking) if len(asking) > 1 and sure and (len(sure) > 1 or len(asking) > len(sure)) else ()


def _is_sure(part: Part) -> bool:
    return bool(part.matches) and part.matches[0].sureness >= DEFAULT_THRESHOLD


def _rows(entry: Entry) -> list[Row]:
    """Return each different phrasing of an entry, the standard question first."""
    texts: Iterator[str] = (text.strip() for text in (entry.question, *entry.phrasings))
    return [Row(text, entry.id) for text in dict.fromkeys(texts) if text]


def _is_complete(text: str, heard: tuple[Heard, ...], matches: tuple[Match, ...]) -> bool:
    """Say whether a text stands alone: it asks, is known, or is too long to be a fragment."""
    if text.rstrip().endswith((",", "，", "…", "...")):
        return False
    if any(h.signal not in signals.SMALL_TALK for h in heard):
        return True
    if matches and matches[0].sureness >= DEFAULT_THRESHOLD:
        return True
    return compound.asks(text) or len(strip(text)) > _LONGEST_FRAGMENT
