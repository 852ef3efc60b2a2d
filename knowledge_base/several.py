"""The questions of one message that asks several: cut apart, each read with what the others say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from knowledge_base import compound
from knowledge_base.calibrate import CERTAIN, likely
from knowledge_base.entry import Evidence, Part
from knowledge_base.normalize import normalize
from knowledge_base.ranking import Ranked

_LONGEST_PART, _LONGEST_READ = 100, 300  # a longer part is no one question; one longer still is not looked at
_TELLING = 0.8  # a clause that says this much could be a question of its own
_NEXT_TO_NOTHING = 2.0
_LIKELY_ENOUGH = 10.0  # from here a part is taken to mean its best entry, however unsure
Rank = Callable[[str], Ranked]


def parts_of(text: str, whole: Ranked, rank: Rank, is_courtesy: Callable[[str], bool]) -> tuple[Part, ...]:
    """Return the parts of a text that asks several things, known or not; nothing where it asks one.

    ``whole`` is the reading of all of it, ``rank`` reads a piece; a piece of courtesy (在吗) is no part.
    """
    pieces = compound.clauses(text)
    if len(pieces) < 2 or whole.best >= CERTAIN:
        return ()
    read = _Read(rank, {compound.bare(text): whole})
    cut = compound.cut_best(pieces, lambda part: likely(read.of(part).best) if len(part) <= _LONGEST_PART else 0.0)
    if len(cut) == 1 and whole.found:
        own = [(piece, read.of(compound.bare(piece))) for piece in pieces]
        alone = max((one.best for _, one in own if one.best_id == whole.best_id), default=0.0)
        if whole.best <= alone and any(
            _could_be_left_over(piece) and _says_nothing_of(whole.best_id, one) for piece, one in own
        ):
            cut = [compound.bare(piece) for piece in pieces]
    cut = [part for part in cut if not is_courtesy(part)]
    said = [part for part in cut if read.of(part).best >= _LIKELY_ENOUGH or compound.asks(part)]
    known = {read.of(part).best_id for part in said if read.of(part).best >= _LIKELY_ENOUGH}
    unknown = sum(read.of(part).best < _LIKELY_ENOUGH for part in said)
    if not known or len(known) + unknown < 2:
        return ()
    return tuple(_part(part, [other for other in cut if other != part], read) for part in said)


@dataclass(frozen=True, slots=True)
class _Read:
    """Pieces read so far: the same piece is not read twice."""

    rank: Rank
    done: dict[str, Ranked]

    def of(self, piece: str) -> Ranked:
        if piece not in self.done:
            self.done[piece] = self.rank(piece) if len(piece) <= _LONGEST_READ else Ranked.nothing()
        return self.done[piece]


def _part(text: str, others: list[str], read: _Read) -> Part:
    """Return a part with what it means: alone, else together with another part that alone does not mean it."""
    ranked, asks = read.of(text), compound.is_question(text)
    if asks and not ranked.is_known:
        for other in others:
            together = read.of(f"{other} {text}")
            if together.is_known and read.of(other).best_id != together.best_id:
                ranked = replace(together, around=(Evidence("with_part", 0.0, other),))
                break
    asked = (asks and (ranked.is_known or compound.told(text) >= _TELLING)) or (
        ranked.is_known and compound.requests(text)
    )
    return Part(text, ranked.matches(), asked, normalize(text).text)


def _could_be_left_over(clause: str) -> bool:
    """Say whether a clause could be a question of its own, apart from the best entry for the whole text."""
    return compound.asks(clause) and compound.told(clause) >= _TELLING


def _says_nothing_of(entry_id: str | None, clause: Ranked) -> bool:
    """Say whether a clause does not even faintly mean an entry."""
    return all(one.entry.id != entry_id or one.sureness < _NEXT_TO_NOTHING for one in clause.matches())
