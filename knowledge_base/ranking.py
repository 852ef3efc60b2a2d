"""Which entries a text could mean here and now, best first: likeness, keywords, products, what an entry is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge_base import compound
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD, MOST_LEAD, sureness
from knowledge_base.entry import VETOED, Context, Entry, Evidence, Match
from knowledge_base.goods import LEFT_OUT, goods_in, names_goods, without_goods
from knowledge_base.index import Candidate, Index
from knowledge_base.keywords import EXACT, RULE_SURENESS, Ground, Rules, judge_keywords, outranked
from knowledge_base.matcher import Judged, judge
from knowledge_base.misheard import MISTYPED, put_right_by
from knowledge_base.normalize import Question, normalize
from knowledge_base.scope import may_answer
from knowledge_base.vetoes import VETO, is_veto

NOT = "¬"
"""Begins the id under which an index keeps what an entry is not."""
MATCHES = 5
_ENTRIES, _PHRASINGS_EACH = 12, 4  # how many are looked at closely
_FRAGMENT = Evidence("fragment", -3.0)  # it points at something and asks nothing
_GENERAL = Evidence("general", -4.0)  # an entry for the product at hand says it too
_ABOUT_AS_LIKELY = 2.0
_ALIKE = 3.0  # keywords speak for two entries alike where they are no further apart (log-odds)
_LIKE_IT = 60.0  # similarity from which a question can be what an entry is not
_NEARLY = 3.0
_LIKELY = 4.0
_MISSED = 0.4  # an entry that says more than the rest of a question means something else
_TELLING = 0.45  # what must be left of a question without the goods it names


class Found(NamedTuple):
    """One entry that a text could mean: its likeness (log-odds) and what else speaks for or against it.

    ``same`` is the phrasing or exact keyword that the text equals; ``ruled`` where words in order or a pattern fit.
    """

    entry: Entry
    judged: Judged
    likeness: float
    same: str | None
    hit: tuple[Evidence, ...] = ()
    ruled: bool = False

    @property
    def order(self) -> tuple[bool, bool, float, str]:
        """Best first, the same whatever the order in which entries came."""
        return (self.same is None, not self.ruled, -round(self.likeness, 9), self.entry.id)

    @property
    def similarity(self) -> float:
        """How like the question looks (0–100)."""
        return 100.0 if self.same is not None else round(self.judged.similarity, 1)

    def is_like(self, other: Found) -> bool:
        """Say whether what speaks for two entries is of the same kind and about as strong."""
        close = self.same is not None or self.ruled or abs(self.likeness - other.likeness) <= _ALIKE
        return close and self.order[:2] == other.order[:2]

    def against(self, reason: Evidence) -> Found:
        """Return it with a reason against it: it is no longer what the text says letter for letter."""
        hit = (*self.hit, reason)
        return self._replace(likeness=self.likeness + reason.value, same=None, ruled=False, hit=hit)

    def sureness(self, lead: float) -> float:
        """Return how sure this entry is; ``lead`` is how much likelier it is than the best other one."""
        if self.same is not None:
            return CERTAIN
        own = sureness(self.likeness, lead)
        return max(own, RULE_SURENESS) if self.ruled else own


@dataclass(frozen=True, slots=True)
class _Not:
    """What an entry is not, as a text finds it: how like, by which phrasing, and whether letter for letter."""

    similarity: float
    phrasing: str
    equal: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """The entries that a text could mean, best first; matches, with their evidence, are made only of those wanted.

    ``around`` is evidence that all of them share.
    """

    index: Index
    found: tuple[Found, ...]
    around: tuple[Evidence, ...] = ()

    @classmethod
    def nothing(cls) -> Ranked:
        """Return what a text that is not looked at means: nothing."""
        return cls(Index.of(()), ())

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
        return one.sureness(lead)

    def matches(self) -> tuple[Match, ...]:
        """Return the first five as matches."""
        return tuple(
            self.match(one, self.sureness(place), self.around) for place, one in enumerate(self.found[:MATCHES])
        )

    def match(self, one: Found, sure: float, around: tuple[Evidence, ...] = ()) -> Match:
        """Return an entry as a match, with what speaks for and against it."""
        phrasing = self.index.phrasings[one.judged.row] if one.same is None else one.same
        return Match(one.entry, sure, one.similarity, phrasing, (*one.judged.evidence(), *one.hit, *around))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the meaning of a text rests on: the ids of some entries, and which phrasings of theirs, by row."""

    entries: frozenset[str]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Ranker:
    """What ranking needs: the entries, their index, their keyword rules. Never changes; any thread may use it."""

    entries: Mapping[str, Entry]
    index: Index
    rules: Rules

    def ranked(self, text: str, context: Context) -> Ranked:
        """Return the entries that may answer a text here and now, best first."""
        ground = Ground.of(text)
        pointing = (_FRAGMENT,) if compound.is_fragment(text) else ()
        found, nots = self._found(text, ground)
        kept = []
        for one in found:
            told = judge_keywords(one.entry, ground) if may_answer(one.entry, context) else None
            if told is not None:
                told = (*told, *pointing)
                gain = sum(reason.value for reason in told)
                one = one._replace(likeness=one.likeness + gain, hit=(*one.hit, *told)) if told else one
                kept.append(_unless_not(one, nots.get(one.entry.id)))
        kept = _narrower_first(kept)
        return Ranked(self.index, tuple(sorted(_by_priority(kept), key=lambda one: one.order)))

    def nearest(self, text: str, exclude_id: str | None, limit: int) -> tuple[Match, ...]:
        """Return the entries whose phrasings look most like a text, most similar first."""
        found, _ = self._found(text, Ground.of(text))
        ranked = Ranked(self.index, tuple(one for one in found if one.entry.id != exclude_id))
        nearest = sorted(ranked.found, key=lambda one: (-one.similarity, one.entry.id))[:limit]
        return tuple(ranked.match(one, one.sureness(0.0)) for one in nearest)

    def _found(self, text: str, ground: Ground) -> tuple[list[Found], dict[str, _Not]]:
        """Return the entries that share most with a text, and apart what of them the text looks like and is not.

        Each is scored by its likest phrasing and all together; an entry whose rules fit is always among them.
        """
        question, same = normalize(text), self.index.same(ground.letters)
        hits = self.rules.hits(ground)
        candidates = self._candidates(question, hits, same)
        equal = {entry_id: self.index.phrasings[row] for entry_id, row in same.items()}
        found: list[Found] = []
        nots: dict[str, _Not] = {}
        for judged in self._judged(text, question, candidates, bool(same)):
            owner = judged.entry_id
            if owner.startswith(NOT):
                if owner in same or not any(is_veto(reason) for reason in judged.evidence()):
                    said_so = equal.get(owner, self.index.phrasings[judged.row])
                    nots[owner.removeprefix(NOT)] = _Not(judged.similarity, said_so, owner in same)
            else:
                hit = hits.get(owner, ())
                exactly = text if any(reason.code == EXACT for reason in hit) else None
                entry = self.entries[owner]
                found.append(Found(entry, judged, judged.likeness, equal.get(owner, exactly), hit, bool(hit)))
        return found, nots

    def _candidates(self, question: Question, hits: Iterable[str], same: Mapping[str, int]) -> Sequence[Candidate]:
        wanted = {entry_id: self.index.spans[entry_id].start for entry_id in hits} | dict(same)
        return self.index.candidates(self.index.said_by(question), wanted, _ENTRIES, _PHRASINGS_EACH)

    def grounds(self, text: str) -> Grounds:
        """Return what has a say in what a text means: the rest of the base could as well not be there."""
        ground = Ground.of(text)
        found = self._candidates(normalize(text), self.rules.hits(ground), self.index.same(ground.letters))
        return Grounds(frozenset(one.entry_id.removeprefix(NOT) for one in found), tuple(found))

    def _judged(
        self, text: str, question: Question, candidates: Sequence[Candidate], exactly: bool
    ) -> Sequence[Judged]:
        """Judge candidates; a text that only sounds like the likest one's phrasing is judged as that has it, too."""
        judged = judge(question, self.index, candidates)
        if not judged or exactly:
            return judged
        judged = self._of_the_thing_at_hand(question.text, judged, candidates)
        right = put_right_by(self.index.phrasings[_likest(judged).row], text)
        if not right.exchanged:
            return judged
        meant = normalize(right.text)
        if not question.manner.marks <= meant.manner.marks:
            return judged
        cost = Evidence("mistyped", MISTYPED * len(right.exchanged), " ".join(right.exchanged))
        again = [one.against(cost) for one in judge(meant, self.index, candidates)]
        return [max(pair, key=lambda one: one.likeness) for pair in zip(judged, again, strict=True)]

    def _of_the_thing_at_hand(self, asked: str, judged: Sequence[Judged], found: Sequence[Candidate]) -> list[Judged]:
        """Judge entries that name no goods as if the question named none either, at a cost, where that is likelier.

        Not where one is likely as it is, nor where the likest names goods: such a shop tells its answers apart by them.
        """
        texts = self.index.laid.texts
        named = goods_in(asked)
        best = _likest(judged)
        if not named or best.likeness >= _LIKELY or names_goods(texts[best.row]):
            return [*judged]
        rest = normalize(without_goods(asked))
        if compound.told(rest.text) < _TELLING:
            return [*judged]
        cost = Evidence("goods_left_out", LEFT_OUT, " ".join(named))
        again = [one.against(cost) for one in judge(rest, self.index, found)]
        return [
            new
            if new.likeness > old.likeness and new.most_missed < _MISSED and not names_goods(texts[new.row])
            else old
            for old, new in zip(judged, again, strict=True)
        ]


def _likest(judged: Sequence[Judged]) -> Judged:
    return min(judged, key=lambda one: (-round(one.likeness, 9), one.entry_id))


def _unless_not(one: Found, other: _Not | None) -> Found:
    """Veto an entry for a text that is more like what the entry is not than like any of its phrasings."""
    if other is None or (one.same is not None and not other.equal):
        return one
    if not other.equal and other.similarity < max(_LIKE_IT, one.similarity - _NEARLY):
        return one
    return one.against(Evidence(f"{VETOED}not_this", VETO, other.phrasing))


def _narrower_first(found: list[Found]) -> list[Found]:
    """Let an entry for all products give way to one for the product at hand that says it as well."""
    scoped = [one for one in found if one.entry.products]
    if not scoped:
        return found
    best = min(scoped, key=lambda one: one.order)
    return [
        one.against(_GENERAL)
        if not one.entry.products and (best.same is not None or best.likeness >= one.likeness - _ABOUT_AS_LIKELY)
        else one
        for one in found
    ]


def _by_priority(found: list[Found]) -> list[Found]:
    """Let an entry give way to one of higher priority that keywords speak for alike."""
    spoken = [one for one in found if any(reason.code.startswith("keywords") for reason in one.hit)]
    if len({one.entry.keywords.priority for one in spoken}) < 2:
        return found
    kept = []
    for one in found:
        ours = one.entry.keywords.priority
        above = [other.entry.keywords.priority for other in spoken if one in spoken and one.is_like(other)]
        highest = max(above, default=ours)
        kept.append(one.against(outranked(ours, highest)) if highest > ours else one)
    return kept
