"""The FAQ base of a shop: reads a text and says which entries could answer it, and how sure that is.

Never changes once made, so any thread may read it while another one is built: ``with_entry`` and ``without`` give a
new base that shares what did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge_base import compound, signals
from knowledge_base.calibrate import CERTAIN, DEFAULT_MARGIN, DEFAULT_THRESHOLD, MOST_LEAD, likely, sureness
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Entry, Evidence, Heard, Match, Part, Reading, Signal
from knowledge_base.index import Index, Row
from knowledge_base.matcher import Compared, Judged, Side, compare, judge, profile_of
from knowledge_base.normalize import LONGEST_TEXT, Question, normalize
from knowledge_base.scope import Ground, judge_keywords, may_answer

__all__ = ["ANYWHERE", "DEFAULT_MARGIN", "DEFAULT_THRESHOLD", "KnowledgeBase"]

_ENTRIES, _PHRASINGS_EACH = 12, 4  # how many are looked at closely
_MATCHES = 5
_LONGEST_FRAGMENT = 10
_FRAGMENT = Evidence("fragment", -3.0)  # it points at something and asks nothing
_LONGEST_PART = 100  # a longer part is no one question
_TELLING = 0.8  # a clause that says this much could be a question of its own
_NEXT_TO_NOTHING = 2.0
_LIKELY_ENOUGH = 10.0  # from here a part is taken to mean its best entry, however unsure
ANYWHERE = Context()
"""Nothing known around the question."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """One entry with its likest phrasing for a question; ``likeness`` is log-odds."""

    entry: Entry
    judged: Judged
    likeness: float
    same: str | None
    hit: tuple[Evidence, ...] = ()

    @property
    def order(self) -> tuple[bool, float, str]:
        """Best first, the same whatever the order in which entries came."""
        return (self.same is None, -self.likeness, self.entry.id)

    @property
    def similarity(self) -> float:
        """How like the question looks (0–100)."""
        return 100.0 if self.same is not None else round(self.judged.nearest.similarity, 1)

    def match(self, lead: float) -> Match:
        """Return the match; ``lead`` is how much likelier this entry is than the best other one."""
        sure = CERTAIN if self.same is not None else sureness(self.likeness, lead, len(_phrasings(self.entry)))
        phrasing = self.judged.nearest.phrasing if self.same is None else self.same
        return Match(self.entry, sure, self.similarity, phrasing, (*self.judged.evidence(), *self.hit))


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
        old = self._entries.get(entry.id)
        index = self._index.changed(_rows(old) if old else (), _rows(entry))
        return self._changed({**self._entries, entry.id: entry}, index)

    def without(self, entry_id: str) -> KnowledgeBase:
        """Return a base without this entry; the same base where there is none."""
        if entry_id not in self._entries:
            return self
        left = dict(self._entries)
        return self._changed(left, self._index.changed(_rows(left.pop(entry_id)), ()))

    def _changed(self, entries: Mapping[str, Entry], index: Index) -> KnowledgeBase:
        base = KnowledgeBase.__new__(KnowledgeBase)
        base._entries, base._lists, base._index = entries, self._lists, index
        return base

    def read(self, text: str, context: Context = ANYWHERE) -> Reading:
        """Say what the FAQ makes of a text: signals, entries best first, parts, small talk, complete or not.

        Small talk has matches only where the base has it letter for letter. The text is cut to 1,000 characters. Any Unicode is read; nothing is raised; the cost is bounded.
        """
        text = text[:LONGEST_TEXT]
        heard = signals.hear(text, self._lists)
        question = normalize(text)
        if signals.is_small_talk(text, self._lists):
            only_greets = bool(heard) and all(h.signal is Signal.GREETING for h in heard)
            own = tuple(m for m in self._matches(text, question, context) if m.sureness >= CERTAIN)
            return Reading(text, question.text, heard, own, small_talk=True, complete=not only_greets)
        matches = self._with_previous(text, self._matches(text, question, context), context)
        parts = self._parts(text, matches, context)
        complete = _is_complete(text, heard, matches)
        return Reading(text, question.text, heard, matches, parts, complete=complete)

    def best(self, text: str, context: Context = ANYWHERE) -> tuple[Match, ...]:
        """Return the entries that could answer a text, best first, at most five: ``read`` without the rest."""
        text = text[:LONGEST_TEXT]
        return self._matches(text, normalize(text), context)

    def neighbours(self, text: str, exclude_id: str | None = None, limit: int = 5) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first: for warning of conflicts."""
        text = text[:LONGEST_TEXT]
        found = [scored for scored in self._scored(text, normalize(text)) if scored.entry.id != exclude_id]
        return tuple(s.match(0.0) for s in sorted(found, key=lambda s: (-s.similarity, s.entry.id))[:limit])

    def _matches(self, text: str, question: Question, context: Context) -> tuple[Match, ...]:
        ground = Ground.of(text)
        pointing = (_FRAGMENT,) if compound.is_fragment(text) else ()
        found = []
        for scored in self._scored(text, question):
            hit = judge_keywords(scored.entry, ground) if may_answer(scored.entry, context) else None
            if hit is not None:
                hit = (*hit, *pointing)
                gain = sum(reason.value for reason in hit)
                found.append(replace(scored, likeness=scored.likeness + gain, hit=hit) if hit else scored)
        ranked = sorted(found, key=lambda scored: scored.order)
        rivals = [*ranked[1:2], *ranked[:1] * (_MATCHES - 1)]
        return tuple(
            scored.match(scored.likeness - rival.likeness if rival is not scored else MOST_LEAD)
            for scored, rival in zip(ranked[:_MATCHES], rivals if len(ranked) > 1 else ranked, strict=False)
        )

    def _scored(self, text: str, question: Question) -> list[_Scored]:
        """Return the entries that share most with a question, each scored by its likest phrasing and all together."""
        side = Side.of(question)
        seen: dict[str, list[Compared]] = {}
        same = self._index.same(text)
        rows = self._index.nearest(question, _ENTRIES, _PHRASINGS_EACH)
        for row in dict.fromkeys((*rows, *(Row(phrasing, entry_id) for entry_id, phrasing in same.items()))):
            seen.setdefault(row.entry_id, []).append(compare(question, side, row.phrasing))
        said_by = self._index.said_by(question)
        found = []
        for entry_id, compared in seen.items():
            entry = self._entries[entry_id]
            judged = judge(question, compared, profile_of(_phrasings(entry)), said_by)
            found.append(_Scored(entry, judged, judged.likeness, same.get(entry_id)))
        return found

    def _with_previous(self, text: str, matches: tuple[Match, ...], context: Context) -> tuple[Match, ...]:
        """Read a short text together with the line before it where that alone makes it known (那个红色的 / 还有M吗).

        Only where the line before does not mean the same entry by itself: what was asked before is not asked again.
        """
        if not context.previous or len(strip(text)) > _LONGEST_FRAGMENT or _knows(matches):
            return matches
        before = context.previous[:LONGEST_TEXT]
        joined = f"{before} {text}"
        together = self._matches(joined, normalize(joined), context)
        alone = self._matches(before, normalize(before), context)
        if not _knows(together) or (_knows(alone) and alone[0].entry.id == together[0].entry.id):
            return matches
        return tuple(replace(m, evidence=(*m.evidence, Evidence("with_previous", 0.0, before))) for m in together)

    def _parts(self, text: str, whole: tuple[Match, ...], context: Context) -> tuple[Part, ...]:
        """Return the questions of a text that asks several, known or not; nothing where it asks one."""
        pieces = compound.clauses(text)
        if len(pieces) < 2 or (whole and whole[0].sureness >= CERTAIN):
            return ()
        known: dict[str, tuple[Match, ...]] = {compound.bare(text): whole}

        def matches(part: str) -> tuple[Match, ...]:
            if part not in known:
                known[part] = self._matches(part, normalize(part), context)
            return known[part]

        def worth(part: str) -> float:
            if len(part) > _LONGEST_PART:
                return 0.0
            found = matches(part)
            return likely(found[0].sureness) if found else 0.0

        cut = compound.cut_best(pieces, worth)
        if len(cut) == 1 and any(_is_left_over(piece, whole, matches(compound.bare(piece))) for piece in pieces):
            cut = [compound.bare(piece) for piece in pieces]
        parts = [Part(part, matches(part)) for part in cut]
        asking = [part for part in parts if _is_known(part) or compound.asks(part.text)]
        known_ids = {part.matches[0].entry.id for part in asking if _is_known(part)}
        unknown = sum(not _is_known(part) for part in asking)
        return tuple(asking) if known_ids and len(known_ids) + unknown > 1 else ()


def _is_left_over(clause: str, whole: tuple[Match, ...], own: tuple[Match, ...]) -> bool:
    """Say whether a clause asks something that the best entry for the whole text says nothing of."""
    if not whole or not compound.asks(clause) or compound.told(clause) < _TELLING:
        return False
    return all(match.entry.id != whole[0].entry.id or match.sureness < _NEXT_TO_NOTHING for match in own)


def _knows(matches: tuple[Match, ...]) -> bool:
    return bool(matches) and matches[0].sureness >= DEFAULT_THRESHOLD


def _is_known(part: Part) -> bool:
    return bool(part.matches) and part.matches[0].sureness >= _LIKELY_ENOUGH


def _phrasings(entry: Entry) -> tuple[str, ...]:
    """Return each different phrasing of an entry, the standard question first."""
    texts = (text.strip() for text in (entry.question, *entry.phrasings))
    return tuple(dict.fromkeys(text for text in texts if text))


def _rows(entry: Entry) -> list[Row]:
    return [Row(phrasing, entry.id) for phrasing in _phrasings(entry)]


def _is_complete(text: str, heard: tuple[Heard, ...], matches: tuple[Match, ...]) -> bool:
    """Say whether a text stands alone: it asks, is known, or is too long to be a fragment."""
    if text.rstrip().endswith((",", "，", "…", "...")):
        return False
    if any(h.signal not in signals.SMALL_TALK for h in heard):
        return True
    if _knows(matches):
        return True
    if compound.is_fragment(text):
        return False
    return compound.asks(text) or len(strip(text)) > _LONGEST_FRAGMENT
