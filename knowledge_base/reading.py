"""Reads one text: which entries could answer it, how sure that is, whether it asks several things, or nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from knowledge_base import compound, signals
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD, MOST_LEAD, likely, sureness
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Entry, Evidence, Heard, Match, Part, Reading, Signal
from knowledge_base.index import Index
from knowledge_base.matcher import Judged, judge
from knowledge_base.normalize import LONGEST_TEXT, normalize
from knowledge_base.scope import Ground, judge_keywords, may_answer

LONGEST_FRAGMENT = 10
"""A longer text stands alone; a shorter one may need the line before it."""
_ENTRIES, _PHRASINGS_EACH = 12, 4  # how many are looked at closely
_MATCHES = 5
_FRAGMENT = Evidence("fragment", -3.0)  # it points at something and asks nothing
_LONGEST_PART, _LONGEST_READ = 100, 300  # a longer part is no one question; one longer still is not looked at
_TELLING = 0.8  # a clause that says this much could be a question of its own
_NEXT_TO_NOTHING = 2.0
_LIKELY_ENOUGH = 10.0  # from here a part is taken to mean its best entry, however unsure


@dataclass(frozen=True, slots=True)
class _Found:
    """One entry that a text could mean: its likeness (log-odds), what keywords add, and the phrasing it equals."""

    entry: Entry
    judged: Judged
    likeness: float
    same: str | None
    hit: tuple[Evidence, ...] = ()

    @property
    def order(self) -> tuple[bool, float, str]:
        """Best first, the same whatever the order in which entries came."""
        return (self.same is None, -round(self.likeness, 9), self.entry.id)

    @property
    def similarity(self) -> float:
        """How like the question looks (0–100)."""
        return 100.0 if self.same is not None else round(self.judged.similarity, 1)

    def sureness(self, lead: float, phrasings: int) -> float:
        """Return how sure this entry is; ``lead`` is how much likelier it is than the best other one."""
        return CERTAIN if self.same is not None else sureness(self.likeness, lead, phrasings)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The entries that a text could mean, best first; matches, with their evidence, are made only of those wanted.

    ``around`` is evidence that all of them share.
    """

    index: Index
    found: tuple[_Found, ...]
    around: tuple[Evidence, ...] = ()

    @property
    def best_id(self) -> str | None:
        """The id of the best entry."""
        return self.found[0].entry.id if self.found else None

    @property
    def best(self) -> float:
        """How sure the best entry is (0–100); 0 where there is none."""
        return self.sureness(0) if self.found else 0.0

    @property
    def is_known(self) -> bool:
        """Whether the best entry is sure enough to answer."""
        return self.best >= DEFAULT_THRESHOLD

    def sureness(self, place: int) -> float:
        """Return how sure the entry at a place is."""
        one = self.found[place]
        rival = self.found[1 if place == 0 else 0] if len(self.found) > 1 else None
        lead = MOST_LEAD if rival is None else one.likeness - rival.likeness
        return one.sureness(lead, len(self.index.spans[one.entry.id]))

    def matches(self) -> tuple[Match, ...]:
        """Return the first five as matches."""
        return tuple(
            self.match(one, self.sureness(place), self.around) for place, one in enumerate(self.found[:_MATCHES])
        )

    def match(self, one: _Found, sure: float, around: tuple[Evidence, ...] = ()) -> Match:
        """Return an entry as a match, with what speaks for and against it."""
        phrasing = self.index.phrasings[one.judged.row] if one.same is None else one.same
        return Match(one.entry, sure, one.similarity, phrasing, (*one.judged.evidence(), *one.hit, *around))


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a text needs: the entries, their index, the word lists. Never changes; any thread may use it."""

    entries: Mapping[str, Entry]
    index: Index
    lists: signals.Lists

    def read(self, text: str, context: Context) -> Reading:
        """Say what the FAQ makes of a text of at most 1,000 characters."""
        heard = signals.hear(text, self.lists)
        normalized = normalize(text).text
        ranked = self.ranked(text, context)
        if signals.is_small_talk(text, self.lists):
            only_greets = bool(heard) and all(h.signal is Signal.GREETING for h in heard)
            own = ranked.matches() if ranked.best >= CERTAIN else ()
            own = tuple(match for match in own if match.sureness >= CERTAIN)
            return Reading(text, normalized, heard, own, small_talk=True, complete=not only_greets)
        ranked = self._with_previous(text, ranked, context)
        parts = self._parts(text, ranked, context)
        complete = _is_complete(text, heard, ranked)
        return Reading(text, normalized, heard, ranked.matches(), parts, complete=complete)

    def ranked(self, text: str, context: Context) -> _Ranked:
        """Return the entries that may answer a text here and now, best first."""
        ground = Ground.of(text)
        pointing = (_FRAGMENT,) if compound.is_fragment(text) else ()
        found = []
        for one in self._found(text, ground.letters):
            hit = judge_keywords(one.entry, ground) if may_answer(one.entry, context) else None
            if hit is not None:
                hit = (*hit, *pointing)
                gain = sum(reason.value for reason in hit)
                found.append(_Found(one.entry, one.judged, one.likeness + gain, one.same, hit) if hit else one)
        return _Ranked(self.index, tuple(sorted(found, key=lambda one: one.order)))

    def nearest(self, text: str, exclude_id: str | None, limit: int) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first."""
        ranked = _Ranked(
            self.index, tuple(one for one in self._found(text, Ground.of(text).letters) if one.entry.id != exclude_id)
        )
        nearest = sorted(ranked.found, key=lambda one: (-one.similarity, one.entry.id))[:limit]
        return tuple(ranked.match(one, one.sureness(0.0, len(self.index.spans[one.entry.id]))) for one in nearest)

    def _found(self, text: str, letters: str) -> list[_Found]:
        """Return the entries that share most with a text, each scored by its likest phrasing and all together."""
        question, same = normalize(text), self.index.same(letters)
        said = self.index.said_by(question)
        candidates = self.index.candidates(said, same, _ENTRIES, _PHRASINGS_EACH)
        equal = {entry_id: self.index.phrasings[row] for entry_id, row in same.items()}
        return [
            _Found(self.entries[judged.entry_id], judged, judged.likeness, equal.get(judged.entry_id))
            for judged in judge(question, self.index, said, candidates)
        ]

    def _with_previous(self, text: str, ranked: _Ranked, context: Context) -> _Ranked:
        """Read a short text together with the line before it where that alone makes it known (那个红色的 / 还有M吗).

        Only where the line before does not mean the same entry by itself: what was asked before is not asked again.
        """
        if not context.previous or len(strip(text)) > LONGEST_FRAGMENT or ranked.is_known:
            return ranked
        before = context.previous[:LONGEST_TEXT]
        together = self.ranked(f"{before} {text}", context)
        if not together.is_known:
            return ranked
        alone = self.ranked(before, context)
        if alone.is_known and alone.best_id == together.best_id:
            return ranked
        return replace(together, around=(Evidence("with_previous", 0.0, before),))

    def _parts(self, text: str, whole: _Ranked, context: Context) -> tuple[Part, ...]:
        """Return the questions of a text that asks several, known or not; nothing where it asks one."""
        pieces = compound.clauses(text)
        if len(pieces) < 2 or whole.best >= CERTAIN:
            return ()
        read: dict[str, _Ranked] = {compound.bare(text): whole}

        def ranked(part: str) -> _Ranked:
            if part not in read:
                read[part] = self.ranked(part, context) if len(part) <= _LONGEST_READ else _Ranked(self.index, ())
            return read[part]

        cut = compound.cut_best(pieces, lambda part: likely(ranked(part).best) if len(part) <= _LONGEST_PART else 0.0)
        if len(cut) == 1 and whole.found:
            own = (ranked(compound.bare(piece)) for piece in pieces if _could_be_left_over(piece))
            if any(_says_nothing_of(whole.best_id, one) for one in own):
                cut = [compound.bare(piece) for piece in pieces]
        asking = [part for part in cut if ranked(part).best >= _LIKELY_ENOUGH or compound.asks(part)]
        known = {ranked(part).best_id for part in asking if ranked(part).best >= _LIKELY_ENOUGH}
        unknown = sum(ranked(part).best < _LIKELY_ENOUGH for part in asking)
        if not known or len(known) + unknown < 2:
            return ()
        return tuple(Part(part, ranked(part).matches()) for part in asking)


def _could_be_left_over(clause: str) -> bool:
    """Say whether a clause could be a question of its own, apart from the best entry for the whole text."""
    return compound.asks(clause) and compound.told(clause) >= _TELLING


def _says_nothing_of(entry_id: str | None, clause: _Ranked) -> bool:
    """Say whether a clause does not even faintly mean an entry."""
    first = enumerate(clause.found[:_MATCHES])
    return all(one.entry.id != entry_id or clause.sureness(place) < _NEXT_TO_NOTHING for place, one in first)


def _is_complete(text: str, heard: tuple[Heard, ...], ranked: _Ranked) -> bool:
    """Say whether a text stands alone: it asks, is known, or is too long to be a fragment."""
    if text.rstrip().endswith((",", "，", "…", "...")):
        return False
    if any(h.signal not in signals.SMALL_TALK for h in heard):
        return True
    if ranked.is_known:
        return True
    if compound.is_fragment(text):
        return False
    return compound.asks(text) or len(strip(text)) > LONGEST_FRAGMENT
