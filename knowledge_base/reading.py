"""Reads one text: which entries could answer it, how sure that is, whether it asks several things, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge_base import compound, signals
from knowledge_base.calibrate import CERTAIN, DEFAULT_THRESHOLD
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Entry, Evidence, Heard, Match, Reading, Signal
from knowledge_base.follow import follow_ups, is_elliptical, same_of_another
from knowledge_base.normalize import LONGEST_TEXT, normalize
from knowledge_base.ranking import Ranked, Ranker
from knowledge_base.several import parts_of

LONGEST_FRAGMENT = 10
"""A longer text stands alone; a shorter one may need the line before it."""
_LONGEST_OWN_LINE = 12
_MAY_BE_ANOTHER = DEFAULT_THRESHOLD / 2
"""How sure the two lines together must be of another entry, where 那运费呢 alone is known: 能退货吗 before it asks of
another fee, and where that is not sure a person reads it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a text needs: what ranks entries, the word lists, and the shop's own lines for small talk.

    Never changes; any thread may use it.
    """

    ranker: Ranker
    lists: signals.Lists
    own_lines: Mapping[Signal, str]

    def read(self, text: str, context: Context) -> Reading:
        """Say what the FAQ makes of a text of at most 1,000 characters."""
        heard = signals.hear(text, self.lists)
        normalized = normalize(text).text
        ranked = self.ranker.ranked(text, context)
        if signals.is_small_talk(text, self.lists):
            only_greets = bool(heard) and all(h.signal is Signal.GREETING for h in heard)
            own = self._own_line(ranked, heard)
            return Reading(text, normalized, heard, own, small_talk=True, complete=not only_greets)
        ranked = self._with_previous(text, ranked, context)
        parts = parts_of(
            text,
            ranked,
            lambda part: self.ranker.ranked(part, context),
            lambda part: signals.is_small_talk(part, self.lists),
        )
        complete = _is_complete(text, heard, ranked)
        return Reading(text, normalized, heard, ranked.matches(), parts, complete=complete)

    def looked_up(self, text: str, context: Context) -> tuple[str, ...] | None:
        """Return the texts whose meanings the reading of a text rests on; None of small talk, which rests on the shop's
        own lines too."""
        if signals.is_small_talk(text, self.lists):
            return None
        if len(compound.clauses(text)) < 2 and not context.previous:
            return (text,)
        watched = _Watched(self.ranker.entries, self.ranker.index, self.ranker.rules, {})
        replace(self, ranker=watched).read(text, context)
        return tuple(watched.asked)

    def _own_line(self, ranked: Ranked, heard: tuple[Heard, ...]) -> tuple[Match, ...]:
        """Return the shop's own line for small talk: one that says the same to the letter, else one of its kind."""
        if ranked.best >= CERTAIN:
            return tuple(match for match in ranked.matches() if match.sureness >= CERTAIN)
        last = [h.signal for h in heard if h.signal in self.own_lines][-1:]
        if not last:
            return ()
        entry = self.ranker.entries[self.own_lines[last[0]]]
        return (Match(entry, CERTAIN, 100.0, entry.question, (Evidence("small_talk", 0.0, last[0].value),)),)

    def _with_previous(self, text: str, ranked: Ranked, context: Context) -> Ranked:
        """Read a short text together with the line before it, where that alone makes it known (那个红色的 / 还有M吗).

        A line that names another thing of the same kind (红色的有货吗 / 黑色的呢) asks the same of it. Otherwise only where
        the line before does not mean the same entry by itself: what was asked before is not asked again.
        """
        if not context.previous or len(strip(text)) > LONGEST_FRAGMENT or (ranked.is_known and not is_elliptical(text)):
            return ranked
        before = context.previous[:LONGEST_TEXT]
        around = (Evidence("with_previous", 0.0, before),)
        for asked in () if ranked.is_known else follow_ups(before, text):
            instead = self.ranker.ranked(asked, context)
            if instead.is_known:
                return replace(instead, around=around)
        if ranked.is_known and (exchanged := same_of_another(before, text)):
            return replace(self.ranker.ranked(exchanged, context), around=around)
        together = self.ranker.ranked(f"{before} {text}", context)
        if not ranked.is_known and together.best < DEFAULT_THRESHOLD:
            return ranked
        alone = self.ranker.ranked(before, context)
        if ranked.is_known:
            stands_alone = not self._may_be_another(ranked, together, alone)
        else:
            stands_alone = alone.is_known and alone.best_id == together.best_id
        return ranked if stands_alone else replace(together, around=around)

    @staticmethod
    def _may_be_another(ranked: Ranked, together: Ranked, alone: Ranked) -> bool:
        """Say whether two lines together may mean another entry than the later one alone, apart from what the line
        before means: 怎么退货 / 那运费呢 lies between the way to return and its fee, and neither is the fee of sending."""
        others = [one for one in together.matches() if one.entry.id != alone.best_id]
        return bool(others) and others[0].entry.id != ranked.best_id and others[0].sureness >= _MAY_BE_ANOTHER


def small_talk_of(entry: Entry, lists: signals.Lists) -> tuple[Signal, ...]:
    """Return the kinds of small talk that an entry's question is, and nothing else; nothing where it asks something."""
    if len(entry.question) > _LONGEST_OWN_LINE or not signals.is_small_talk(entry.question, lists):
        return ()
    return tuple(heard.signal for heard in signals.hear(entry.question, lists))


@dataclass(frozen=True, slots=True)
class _Watched(Ranker):
    """A ranker that notes what it is asked."""

    asked: dict[str, None]

    def ranked(self, text: str, context: Context) -> Ranked:
        """Note a text, and rank as ever."""
        self.asked[text] = None
        return Ranker.ranked(self, text, context)


def own_lines(small_talk: Mapping[str, Iterable[Signal]]) -> dict[Signal, str]:
    """Return the shop's own line for each kind of small talk: the first by id of the entries that are of that kind."""
    found: dict[Signal, str] = {}
    for entry_id, kinds in small_talk.items():
        for kind in kinds:
            found[kind] = min(entry_id, found.get(kind, entry_id))
    return found


def _is_complete(text: str, heard: tuple[Heard, ...], ranked: Ranked) -> bool:
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
