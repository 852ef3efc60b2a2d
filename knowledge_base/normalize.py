"""A question brought to what it asks: courtesy dropped, ways of asking told from what it is about, words weighed.

Two wordings of one question should give nearly the same pieces; what a piece weighs comes from general language
(``knowledge_base.words``) and the hand-made lists (``lists/wording.yaml``), never from a shop's few entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge_base.characters import fold
from knowledge_base.marks import marks_of
from knowledge_base.spellings import put_right
from knowledge_base.turns import Manner, negations, numbers
from knowledge_base.words import cut, english_rarities, rarities, rarity, sounds, with_beginnings

LONGEST_TEXT = 1000
_MOST_WORDS = 120  # of a longer text the rest is not compared
_RUNS = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff]+|[^\W_]")
_CLAUSES = re.compile(r"[^\w\s'.]+|(?<!\d)\.(?!\d)|\n")
_REPEATS = re.compile(r"([^\W\d])\1{2,}")
_EITHER_OR = re.compile(r"([\u4e00-\u9fff])[不没](?=\1)")  # 掉不掉, 能不能: asks, says no "no"
_HAN = re.compile(r"[\u3400-\u9fff]")
_AS_A_WORD = re.compile(
    r"(?:用|的)?(?:英|日|韩|法|德|俄|泰|粤)[文语]|(?:的|是)?(?:什么|啥|何)?意思|(?:怎么|咋)[说读写念]$"
)
_LONGEST_PHRASE = 7
NO_KIN = 0
"""The number of a word that is kindred to none."""
_NO_PHRASES: frozenset[str] = frozenset()
_PLAIN_HOW = frozenset(("怎么", "咋"))
_YET = (["还"], ["又"], ["都"], ["就"])
_COMPLAINING = ("不", "没", "还没", "还不", "这么", "那么", "老是", "总是")
_ENDING_NO = ("不", "没", "否", "没有")


@dataclass(frozen=True, slots=True)
class Wording:
    """The hand-made lists, compiled: what each word counts as.

    ``kin`` has the number of each word's matters (several words may share it), and ``kindred`` says by two such
    numbers whether they have a matter in common; number 0 is of no matter. ``near_ways`` says how near each way of asking is to others (0–1).
    """

    dropped: frozenset[str]
    sayings: frozenset[str]
    ends: frozenset[str]
    ways: Mapping[str, str]
    near_ways: Mapping[str, Mapping[str, float]]
    same: Mapping[str, str]
    kin: Mapping[str, int]
    kindred: NDArray[np.bool_]
    light: frozenset[str]
    vocabulary: Mapping[str, float]
    phrases: Mapping[str, frozenset[str]]

    @classmethod
    @cache
    def shipped(cls) -> Wording:
        """Return the lists as they come with the house."""
        raw = yaml.safe_load(files("knowledge_base").joinpath("lists/wording.yaml").read_text("utf-8"))
        ways = {str(word): way for way, words in raw["asking"].items() for word in words}
        same = {str(word): str(group[0]) for group in raw["same"] for word in group}
        kin, kindred = _kin([[same.get(str(word), str(word)) for word in group] for group in raw["kin"]])
        near: dict[str, dict[str, float]] = {}
        for pair, value in raw["near_ways"].items():
            one, other = pair.split()
            near.setdefault(one, {})[other] = near.setdefault(other, {})[one] = float(value)
        courtesy = {str(word) for word in raw["courtesy"]}
        costs = {word: 6.0 + len(word) / 4 for word in ways if _HAN.search(word)}
        costs |= {word: 7.0 for word in (*courtesy, *raw["ends"]) if _HAN.search(word) and len(word) > 1}
        known = rarities()
        costs |= {word: 11.0 for word in (*same, *kin) if _HAN.search(word) and word not in known and word not in costs}
        return cls(
            dropped=frozenset(courtesy),
            sayings=frozenset(raw["sayings"]),
            ends=frozenset(raw["ends"]),
            ways=ways,
            near_ways=near,
            same=same,
            kin=kin,
            kindred=kindred,
            light=frozenset((*raw["light"], *raw["light_en"])),
            vocabulary=with_beginnings(known | costs),
            phrases=_by_first_word(word for word in (*courtesy, *ways) if " " in word),
        )


def lone_characters(folded: str) -> list[bool]:
    """Say of each character of a folded text whether it is Chinese and no part of a longer word."""
    alone: list[bool] = []
    vocabulary = Wording.shipped().vocabulary
    for run in re.split(r"([\u3400-\u9fff]+)", folded):
        words = cut(run, vocabulary) if _HAN.match(run) else [run]
        alone += [len(word) == 1 and _HAN.match(word) is not None for word in words for _ in word]
    return alone


def _by_first_word(phrases: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for phrase in phrases:
        found.setdefault(phrase.split()[0], set()).add(phrase)
    return {word: frozenset(listed) for word, listed in found.items()}


def _kin(groups: Sequence[Sequence[str]]) -> tuple[dict[str, int], NDArray[np.bool_]]:
    """Number the matters of each word: the groups it is in; and say which numbers have a group in common."""
    matters: dict[str, frozenset[int]] = {}
    for number, group in enumerate(groups):
        for word in group:
            matters[word] = matters.get(word, frozenset()) | {number}
    numbers = {found: number for number, found in enumerate(dict.fromkeys(matters.values()), start=1)}
    kindred = [[bool(one & other) for other in (frozenset[int](), *numbers)] for one in (frozenset[int](), *numbers)]
    return {word: numbers[found] for word, found in matters.items()}, np.array(kindred)


@dataclass(frozen=True, slots=True)
class Question:
    """A text as the matcher compares it.

    ``pieces`` are single Chinese characters, Latin words (stemmed) and numbers, in order; ``weights`` what each says
    (0–1, a long word's weight is shared by its characters); ``words`` the word each belongs to, by its place;
    ``sounds`` how each sounds; ``kin`` the number of its word's matters (see ``Wording``). ``manner`` is how it
    asks; ``text`` all of it in one readable line.
    """

    text: str
    pieces: tuple[str, ...]
    weights: tuple[float, ...]
    words: tuple[int, ...]
    sounds: tuple[str, ...]
    kin: tuple[int, ...]
    manner: Manner


@lru_cache(maxsize=512)
def normalize(text: str) -> Question:
    """Bring a text to what it asks. Cut to 1,000 characters; any Unicode; never raises. The latest ones are kept.

    Doing it again to ``Question.text`` gives the same pieces.
    """
    wording = Wording.shipped()
    words = _words(put_right(fold(text[:LONGEST_TEXT])), wording)
    kept = [word for word in words if word[1] != _DROPPED] or [(word, _PLAIN) for word, _ in words]
    return _question(kept)


_PLAIN, _DROPPED = "plain", "dropped"


def _words(folded: str, wording: Wording) -> list[tuple[str, str]]:
    """Cut a folded text into (word, how it counts): plain, dropped, or a way of asking."""
    found: list[tuple[str, str]] = []
    for clause in _CLAUSES.split(folded):
        tokens: list[str] = []
        asks_either = _EITHER_OR.search(clause) is not None
        for run in _RUNS.findall(_EITHER_OR.sub("", _REPEATS.sub(r"\1", clause))):
            if _HAN.match(run):
                tokens += cut(run, wording.vocabulary)
            else:
                tokens.append(run)
        tokens = _phrased(tokens, wording.phrases)
        marked = _without_ends([(token, _counts_as(token, wording)) for token in tokens], wording.ends)
        _keep_asked_for(marked, wording.sayings)
        _mark_why(marked)
        if _asks_by_no(marked):
            last = max(place for place, (word, _) in enumerate(marked) if word in _ENDING_NO)
            marked[last] = ("吗", "is")
        elif asks_either:
            marked.append(("吗", "is"))
        found += marked
    return found


def _mark_why(marked: list[tuple[str, str]]) -> None:
    """Take a how that a no or a complaint follows for a why: 怎么没声音, 怎么还没发货, 怎么这么慢."""
    for place, (word, _) in enumerate(marked):
        if word in _PLAIN_HOW:
            behind = [one for one, _ in marked[place + 1 : place + 3]]
            if behind[:1] in _YET:
                behind = behind[1:]
            if behind and behind[0].startswith(_COMPLAINING):
                marked[place] = (word, "why")


def _keep_asked_for(marked: list[tuple[str, str]], sayings: frozenset[str]) -> None:
    """Keep a word of courtesy that is itself asked for: 谢谢用韩语怎么说, 亲爱的是什么意思."""
    for place, (word, counts) in enumerate(marked[:-1]):
        if counts == _DROPPED and word in sayings:
            behind = "".join([one for one, _ in marked[place + 1 :]])
            marked[place] = (word, _PLAIN if _AS_A_WORD.match(behind) else _DROPPED)


def _asks_by_no(marked: list[tuple[str, str]]) -> bool:
    """Say whether a clause ends in a no that asks: 能退不, 发了没, 有货没有. But 赠品没有 says what is missing."""
    kept = [word for word, counts in marked if counts != _DROPPED]
    if len(kept) < 2 or kept[-1] not in _ENDING_NO:
        return False
    return kept[-1] != "没有" or any(word in ("了", "过") or word.startswith("有") for word, _ in marked)


def _phrased(tokens: list[str], phrases: Mapping[str, frozenset[str]]) -> list[str]:
    """Join the Latin words that are a listed phrase together (``how much``); longest first."""
    if phrases.keys().isdisjoint(tokens):
        return tokens
    joined, at = [], 0
    while at < len(tokens):
        listed = phrases.get(tokens[at], _NO_PHRASES)
        for size in range(min(_LONGEST_PHRASE, len(tokens) - at), 1, -1) if listed else ():
            phrase = " ".join(tokens[at : at + size])
            if phrase in listed:
                joined.append(phrase)
                at += size
                break
        else:
            joined.append(tokens[at])
            at += 1
    return joined


def _counts_as(word: str, wording: Wording) -> str:
    return _DROPPED if word in wording.dropped else wording.ways.get(word, _PLAIN)


def _without_ends(marked: list[tuple[str, str]], ends: frozenset[str]) -> list[tuple[str, str]]:
    """Mark the address and the particles at both ends of a clause as dropped."""
    for order in (range(len(marked)), range(len(marked) - 1, -1, -1)):
        for place in order:
            word, counts = marked[place]
            if word in ends:
                marked[place] = (word, _DROPPED)
            elif counts != _DROPPED:
                break
    return marked


def _question(words: list[tuple[str, str]]) -> Question:
    meant = [_meant(word, counts) for word, counts in words]
    spelled = [word for word, _ in words]
    pieces, sounds, weights = list[str](), list[str](), list[float]()
    places, kin = list[int](), list[int]()
    for place, word in enumerate(meant[:_MOST_WORDS]):
        size = len(word.pieces)
        pieces += word.pieces
        weights += word.weights
        sounds += word.sounds
        places += (place,) * size
        kin += (word.kin,) * size
    return Question(
        text=(" " if any(map(str.isascii, spelled)) else "").join(spelled),
        pieces=tuple(pieces),
        weights=tuple(weights),
        words=tuple(places),
        sounds=tuple(sounds),
        kin=tuple(kin),
        manner=Manner(
            ways=frozenset([word.way for word in meant[:_MOST_WORDS] if word.way]),
            negated=sum([word.negates for word in meant]) % 2 == 1,
            numbers=numbers(spelled),
            marks=marks_of(spelled, Wording.shipped().ways),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Meant:
    """What one word is compared as."""

    pieces: tuple[str, ...]
    weights: tuple[float, ...]
    sounds: tuple[str, ...]
    kin: int
    way: str
    negates: int


@lru_cache(maxsize=16_384)
def _meant(word: str, counts: str) -> _Meant:
    """Return what a word is compared as; most words of a base come again and again."""
    if counts not in (_PLAIN, _DROPPED):
        way = (f"?{counts}",)
        return _Meant(way, (WAY_WEIGHTS.get(counts, WAY_WEIGHT),), way, NO_KIN, counts, 0)
    wording, heard = Wording.shipped(), sounds()
    meant = wording.same.get(word, word)
    pieces = tuple(meant) if _HAN.match(meant) else (stem(meant),)
    weights = (weigh(meant, wording) / len(pieces) ** 0.6,) * len(pieces)
    spoken = tuple(heard.get(piece, piece) for piece in pieces)
    return _Meant(pieces, weights, spoken, wording.kin.get(meant, NO_KIN), "", negations((word,)))


WAY_WEIGHT = 0.05
WAY_WEIGHTS = {"price": 0.8, "when": 0.3, "long": 0.3, "many": 0.2, "why": 0.2, "where": 0.2, "who": 0.2, "how": 0.15}
"""How much a way of asking says by itself."""


def weigh(word: str, wording: Wording) -> float:
    """Return how much a word says (0–1): little for common words, much for rare ones."""
    if word in wording.light:
        return 0.12
    if word.isascii():
        common = english_rarities().get(stem(word))
        return 1.0 if common is None else max(0.2, (common - 4) / 5)
    return min(1.0, max(0.15, (rarity(word) - 4.5) / 8))


def stem(word: str) -> str:
    """Take an English word's common ending away (shipping, shipped, ships → ship); anything else stays."""
    if not word.isascii() or not word[0].isalpha() or len(word) < 4:
        return word
    word = word.removesuffix("'s").replace("'", "")
    for ending, instead in (("ies", "i"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", ""), ("ly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word
