"""What a text says about the buyer: wants a person, is angry, names something only people may handle, greets.

The words are data (``lists/signals.yaml``), shipped and editable; this room only says how a list is heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files

import yaml

from knowledge_base.characters import fold, strip
from knowledge_base.entry import Heard, Signal

_CLAUSE_ENDS = re.compile(r"[\n\r\t,.?!;:。、~～|()\[\]【】<>《》\"'“”‘’]+")
_BETWEEN_CHARACTERS = re.compile(
    r"(?<=[\u4e00-\u9fff])[*·_/|^#]+(?=[\u4e00-\u9fff])|(?<=\b[\u4e00-\u9fff])[.\-](?=[\u4e00-\u9fff]\b)"
)
_SPACED_DIGITS = re.compile(r"\b\d(?: \d){3,}\b")
_PARTICLES = "亲呀啊呢哈嘛吧哦噢了的啦哒喂诶哎嗯请求快"
_LATIN = re.compile(r"[A-Za-z0-9]")
_FILLER = "filler"
_MOST_APART = 12
_LONGEST_SMALL_TALK = 40
SMALL_TALK = (Signal.GREETING, Signal.THANKS, Signal.GOODBYE)


@dataclass(frozen=True)
class Lists:
    """The words of each signal, by list name: ``upset``, ``upset.whole``, ``upset.except`` and so on, ``filler``.

    ``A…B`` in a list means A and later B. Words are compared folded and stripped.
    """

    words: Mapping[str, tuple[str, ...]]

    @classmethod
    @cache
    def shipped(cls) -> Lists:
        """Return the lists as they come with the house."""
        raw = yaml.safe_load(files("knowledge_base").joinpath("lists/signals.yaml").read_text("utf-8"))
        return cls({name: _folded(words) for name, words in raw.items()})

    def edited(
        self, added: Mapping[str, Sequence[str]] | None = None, removed: Mapping[str, Sequence[str]] | None = None
    ) -> Lists:
        """Return these lists with words added and taken away, by list name.

        Raises:
            ValueError: a list name that does not exist; ``str()`` names it and those that do.
        """
        added, removed = added or {}, removed or {}
        for name in (*added, *removed):
            if name not in self.words:
                raise ValueError(f"没有名为「{name}」的词表；现有：{'、'.join(self.words)}")
        gone = {name: set(_folded(words)) for name, words in removed.items()}
        return Lists(
            {
                name: tuple(
                    word
                    for word in dict.fromkeys((*words, *_folded(added.get(name, ()))))
                    if word not in gone.get(name, ())
                )
                for name, words in self.words.items()
            }
        )

    @cached_property
    def _heard_as(self) -> Mapping[Signal, _Words]:
        return {signal: _Words.of(self.words, signal) for signal in Signal}

    @cached_property
    def _light(self) -> frozenset[str]:
        """Every word that leaves nothing to answer."""
        names = (_FILLER, *SMALL_TALK, *(f"{signal}.whole" for signal in SMALL_TALK))
        return frozenset(strip(word) for name in names for word in self.words.get(name, ()))


@dataclass(frozen=True)
class _Words:
    anywhere: Mapping[str, tuple[str, ...]]  # by first character
    spelled: tuple[re.Pattern[str], ...]  # with Latin letters or digits: whole words only
    apart: tuple[tuple[str, str], ...]
    whole: frozenset[str]
    masks: tuple[str, ...]
    heads: frozenset[str]  # every first character of ``anywhere``

    @classmethod
    def of(cls, words: Mapping[str, tuple[str, ...]], signal: Signal) -> _Words:
        said = words.get(signal.value, ())
        apart = tuple((a, b) for a, _, b in (word.partition("…") for word in said) if b)
        plain = [word for word in said if "…" not in word]
        anywhere = _by_first(word for word in plain if not _is_spelled(word))
        return cls(
            anywhere=anywhere,
            spelled=tuple(_whole_words(word) for word in plain if _is_spelled(word)),
            apart=apart,
            whole=frozenset(strip(word) for word in words.get(f"{signal.value}.whole", ())),
            masks=words.get(f"{signal.value}.except", ()),
            heads=frozenset(anywhere),
        )


def _by_first(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    heads: dict[str, tuple[str, ...]] = {}
    for word in words:
        heads[word[0]] = (*heads.get(word[0], ()), word)
    return heads


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    cleaned = ("…".join(fold(part).strip() for part in str(word).split("…")) for word in words)
    return tuple(word for word in cleaned if word.strip("…"))


def _is_spelled(text: str) -> bool:
    """Say whether a text has Latin letters or digits."""
    return _LATIN.search(text) is not None


def _whole_words(word: str) -> re.Pattern[str]:
    before = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return re.compile(before + re.escape(word) + after)


def hear(text: str, lists: Lists | None = None) -> tuple[Heard, ...]:
    """Return the signals of a text, each once with the words that gave it, graver ones first.

    ``text`` is as the buyer wrote it (any length; callers cut to 1,000 characters), one or several lines. A signal
    comes from a word anywhere, from a clause that says nothing else, or from two words in order.
    """
    lists = lists or Lists.shipped()
    said = _Said.of(_closed_up(fold(text)))
    return tuple(
        Heard(signal, words)
        for signal, listed in lists._heard_as.items()
        if _first_word(listed, said) is not None
        and (words := _first_word(listed, said.hidden(listed.masks))) is not None
    )


def _closed_up(folded: str) -> str:
    """Take away what is put between the characters of a word to get past a filter: 投*诉, 骗.子, 1 2 3 1 5."""
    without = _BETWEEN_CHARACTERS.sub("", folded)
    return _SPACED_DIGITS.sub(lambda found: "".join(found.group().split()), without)


@dataclass(frozen=True, slots=True)
class _Said:
    """A text as words are looked for in it: folded, its characters, its clauses without blanks, letters only.

    ``alone`` has what stands alone in it, in order: each clause and each Chinese piece of one, without particles
    around it, and what it repeats (好的好的).
    """

    folded: str
    characters: frozenset[str]
    joined: tuple[str, ...]
    alone: tuple[str, ...]
    run: str
    spelled: bool

    @classmethod
    def of(cls, folded: str) -> _Said:
        """Make a folded text ready."""
        spaced = [clause for clause in _CLAUSE_ENDS.split(folded) if clause.strip()]
        joined = tuple(["".join(clause.split()) for clause in spaced])
        alone = tuple(core for clause in spaced for core in _standing_alone(clause))
        return cls(folded, frozenset(folded), joined, alone, strip(folded), _is_spelled(folded))

    def hidden(self, masks: Iterable[str]) -> _Said:
        """Return the text with every exception hidden."""
        folded = _hidden(self.folded, masks)
        joined = tuple(_hidden(clause, masks) for clause in self.joined)
        return replace(self, folded=folded, joined=joined, run=strip(folded))


def _first_word(listed: _Words, said: _Said) -> str | None:
    """Return the first word of a list that a text says."""
    if not listed.heads.isdisjoint(said.characters):
        for clause in said.joined:
            for at, char in enumerate(clause):
                for word in listed.anywhere.get(char, ()):
                    if clause.startswith(word, at):
                        return word
    for core in said.alone:
        if core in listed.whole:
            return core
    for pattern in listed.spelled if said.spelled else ():
        if found := pattern.search(said.folded):
            return found.group()
    return next((f"{a}…{b}" for a, b in listed.apart if a in said.run and _in_order(said.run, a, b)), None)


def _standing_alone(clause: str) -> Iterator[str]:
    """Return what a clause says that says nothing else, and each Chinese piece between blanks of it."""
    pieces = clause.split()
    for piece in (clause, *(piece for piece in pieces if not piece.isascii() and len(pieces) > 1)):
        run = strip(piece)
        yield run
        core = run.strip(_PARTICLES)
        if len(core) <= _LONGEST_SMALL_TALK:
            for size in range(1, len(core) // 2 + 1) if core[:1] in core[1:] else ():
                if len(core) % size == 0 and core == core[:size] * (len(core) // size):
                    yield core[:size]
            yield core


def _hidden(text: str, masks: Iterable[str]) -> str:
    """Put a mark for every exception, so that no word is heard in it."""
    for mask in masks:
        first, gap, then = mask.partition("…")
        if first not in text:
            continue
        if not gap:
            text = text.replace(mask, "|")
        elif _in_order(text, first, then):
            text = text.replace(first, "|")
    return text


def _in_order(text: str, first: str, then: str) -> bool:
    at = text.find(first)
    while at >= 0:
        after = at + len(first)
        if then in text[after : after + _MOST_APART + len(then)]:
            return True
        at = text.find(first, at + 1)
    return False


def is_small_talk(text: str, lists: Lists | None = None) -> bool:
    """Say whether nothing is left to answer once greetings, thanks, good-byes and fillers are taken away.

    A text without any letter is small talk too, unless it asks by punctuation alone (？？).
    """
    lists = lists or Lists.shipped()
    folded = fold(text)
    run = strip(folded)
    if not run:
        return "?" not in folded and bool(folded.strip())
    if len(run) > _LONGEST_SMALL_TALK:
        return False
    return all(_covered(strip(clause), lists._light) for clause in _CLAUSE_ENDS.split(folded))


def _covered(run: str, light: frozenset[str]) -> bool:
    """Say whether a run of letters can be cut into light words without a rest."""
    reached = {0}
    for start in range(len(run)):
        if start in reached:
            reached.update(end for end in range(start + 1, min(len(run), start + 10) + 1) if run[start:end] in light)
    return len(run) in reached
