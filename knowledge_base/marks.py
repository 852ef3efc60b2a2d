"""What a text names that another question must not differ in: numbers, sizes, models, days, persons, yes or no, from where.

The alternatives are data (``lists/vetoes.yaml``); this room only reads them out of a text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

import yaml

YES, NO = "✓", "✗"
Mark = tuple[str, str, str]
"""A kind of veto, a group of alternatives, and the alternative that a text names."""
Marks = frozenset[Mark]
NO_MARKS: Marks = frozenset()
ALONE = "!"
"""Begins the name of a group that makes another question of it where only one of two texts names it."""
_GROUPED = ("opposite", "direction", "time", "person")
_FURTHEST_BACK = 8  # a "no" stands at most so far before what it denies
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_HOURS = {"小时": 1, "天": 24, "日": 24, "周": 168, "星期": 168, "礼拜": 168, "月": 720, "年": 8640}
_UNITS = {"克": "g", "毫升": "ml", "升": "l", "瓦": "w", "块": "元", "层": "楼", "斤装": "斤装", "公斤装": "kg装"}
_NUMBER = re.compile(
    r"(\d+(?:\.\d+)?|[一二两三四五六七八九十])个?"
    r"(小时|天|日|星期|礼拜|周|月|年|岁|折|件|元|块|寸|码|号|gb|tb|g|克|ml|毫升|l|升|w|瓦|v|hz|公斤装|斤装|代|层|楼|次|期|星|级"
    r"|片|包|瓶|盒|袋|支|双|条|张|套|台|人|分钟|倍|只|箱|个)"
)
_FULL = re.compile(r"满(\d+)")
_SPELLED_OUT = frozenset((*_HOURS, "岁", "折", "期", "代", "星", "级"))
"""Units before which 一 is a number; elsewhere (一件, 一次) it mostly says no more than "a"."""
_SIZE = re.compile(r"(?<![a-z0-9])(x{1,5}[sl]|[2-6]xl|[sml])(?![a-z0-9])")
_ONE_SIZE = "均码"
_MODEL = re.compile(r"([a-z]{1,10}) ?(\d{1,4}) ?((?:pro|max|plus|mini|ultra|air|lite|se| )*)(?![a-z0-9])")
_HAS_LATIN = re.compile(r"[a-z0-9]")
_FROM_TO = re.compile(r"从(.{1,5}?)(?:寄到|发到|飞到|转到|到|去|转)(.{1,5}?)(?=要|多|怎|几|的|能|可|吗|什|$)")
_INTO = re.compile(r"([^把将从想要我的]{1,4})(?:换成|改成|换为|改为)(.{1,4}?)(?=吗|可|行|能|怎|要|么|呢|$)")
_THAN = re.compile(r"^(.{1,6}?)比(.{1,6}?)(?=更|大|小|好|贵|便|高|低|长|短|厚|薄|重|轻|快|慢|多|少)")
_MOVING = ("到", "成", "给", "往", "至", "进", "入")
_MOST_MOVED = 3
_MAY_COUNT, _MAY_ORDER = re.compile(r"[\d一二两三四五六七八九十]"), re.compile("[从换改比]")
_MAY_MOVE = re.compile("|".join(_MOVING))
_ORDERED = (("从", _FROM_TO), ("换成", _INTO), ("改成", _INTO), ("换为", _INTO), ("改为", _INTO), ("比", _THAN))


@dataclass(frozen=True, slots=True)
class _Lists:
    """``lists/vetoes.yaml``, compiled: patterns that find the longest listed words, and what each word marks."""

    grouped: re.Pattern[str]
    marks: Mapping[str, Sequence[Mark]]
    deniable: re.Pattern[str]
    matters: Mapping[str, str]
    denied: re.Pattern[str]
    denied_after: re.Pattern[str]
    no_negation: re.Pattern[str]
    brands: re.Pattern[str]
    brand_names: Mapping[str, str]
    no_models: frozenset[str]

    @classmethod
    @cache
    def shipped(cls) -> _Lists:
        raw = yaml.safe_load(files("knowledge_base").joinpath("lists/vetoes.yaml").read_text("utf-8"))
        marks = _marks_of_words(raw)
        matters = {word: line.partition("|")[0] for line in raw["deniable"] for word in line.split("|")}
        brands = {str(brand): str(name) for brand, name in raw["brands"].items()}
        return cls(
            grouped=re.compile(_any(word for word in marks if len(word) > 1)),
            marks=marks,
            deniable=re.compile(_any(matters)),
            matters=matters,
            denied=re.compile(f"(?:{_any(raw['negators'])})(?:{_any(raw['between'])})*$"),
            denied_after=re.compile(_any(raw["after"])),
            no_negation=re.compile(_any(raw["no_negation"])),
            brands=re.compile(f"({_any(brands)})(?= ?\\d)"),
            brand_names=brands,
            no_models=frozenset(str(word) for word in raw["no_models"]),
        )


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _marks_of_words(raw: Mapping[str, Any]) -> dict[str, list[Mark]]:
    marks: dict[str, list[Mark]] = {}
    for kind in _GROUPED:
        for group in raw[kind]:
            named = "/".join(str(alternative).partition("|")[0] for alternative in group)
            for alternative in group:
                shown, *others = str(alternative).split("|")
                for word in (shown, *others):
                    marks.setdefault(word, []).append((kind, named, shown))
    for kind, lines in raw["alone"].items():
        for line in lines:
            shown, *others = line.split("|")
            for word in (shown, *others):
                marks.setdefault(word, []).append((kind, ALONE + shown, shown))
    return marks


def marks_of(words: Sequence[str], asking: Container[str] = ()) -> Marks:
    """Return what a text names, given its words as normalised, and which of them only ask; cheap where it names nothing."""
    text = "".join(_spaced(words) if any(map(str.isascii, words)) else words)
    lists = _Lists.shipped()
    found = {mark for word in words if len(word) == 1 for mark in lists.marks.get(word, ())}
    for said in lists.grouped.finditer(text):
        found.update(lists.marks[said.group()])
    found.update(_denials(text, lists))
    if _ONE_SIZE in text:
        found.add(("size", "size", _ONE_SIZE))
    if _HAS_LATIN.search(text):
        found.update(_latin(text, lists))
    if _MAY_COUNT.search(text):
        found.update(_numbers(text))
    if _MAY_ORDER.search(text):
        found.update(_orders(text))
    if _MAY_MOVE.search(text):
        found.update(_moves([word for word in words if word not in asking]))
    return frozenset(found) if found else NO_MARKS


def _spaced(words: Sequence[str]) -> Iterator[str]:
    """Put a blank between two neighbours of letters, or of digits, which would run together."""
    before = ""
    for word in words:
        if before.isascii() and word.isascii() and before[-1:].isdigit() == word[:1].isdigit():
            yield " "
        yield word
        before = word


def _denials(text: str, lists: _Lists) -> Iterator[Mark]:
    hidden = ""
    for found in lists.deniable.finditer(text):
        hidden = hidden or lists.no_negation.sub(lambda word: "·" * len(word.group()), text)
        before = hidden[max(0, found.start() - _FURTHEST_BACK) : found.start()]
        no = lists.denied.search(before) or lists.denied_after.match(text, found.end())
        yield ("negation", lists.matters[found.group()], NO if no else YES)


def _latin(text: str, lists: _Lists) -> Iterator[Mark]:
    for found in _SIZE.finditer(text):
        yield ("size", "size", found.group())
    named = lists.brands.sub(lambda found: lists.brand_names[found.group(1)], text)
    for found in _MODEL.finditer(named):
        letters, digits, edition = found.groups()
        if letters + digits not in lists.no_models and not _SIZE.fullmatch(letters):
            yield ("model", "model", f"{letters}{digits}{edition.replace(' ', '')}")


def _numbers(text: str) -> Iterator[Mark]:
    for found in _NUMBER.finditer(text):
        number, unit = found.groups()
        if number == "一" and unit not in _SPELLED_OUT:
            continue
        count = float(_DIGITS.get(number, 0) or number)
        if unit in _HOURS:
            yield ("number", "hours", f"{count * _HOURS[unit]:g}")
        else:
            yield ("number", _UNITS.get(unit, unit), f"{count:g}")
    for found in _FULL.finditer(text):
        yield ("number", "满", found.group(1))


def _orders(text: str) -> Iterator[Mark]:
    for sign, pattern in _ORDERED:
        if sign in text and (found := pattern.search(text)):
            one, other = found.groups()
            yield ("direction", f"{sign[-1]} {'/'.join(sorted((one, other)))}", f"{one}→{other}")


def _moves(words: Sequence[str]) -> Iterator[Mark]:
    """Mark what goes where: the things named right before a word of moving (转到, 给) with those right behind it."""
    for place, word in enumerate(words):
        if word.endswith(_MOVING) and place:
            whence = [one for one in words[:place] if _is_thing(one)][-_MOST_MOVED:]
            whither = [one for one in words[place + 1 :] if _is_thing(one)][:_MOST_MOVED]
            for one, other in product(whence, whither):
                yield ("direction", f"到 {'/'.join(sorted((one, other)))}", f"{one}→{other}")


def _is_thing(word: str) -> bool:
    return len(word) > 1 and not word.endswith(_MOVING)


class Place(NamedTuple):
    """Where a text names something of a group of alternatives."""

    kind: str
    group: str
    start: int
    end: int


def places(text: str) -> tuple[Place, ...]:
    """Return where a folded text names things that could be exchanged: listed words, numbers, sizes, models."""
    lists = _Lists.shipped()
    found = [
        Place(kind, group, said.start(), said.end())
        for said in lists.grouped.finditer(text)
        for kind, group, _ in lists.marks[said.group()]
    ]
    for kind, pattern in (("size", _SIZE), ("model", _MODEL)):
        found += [Place(kind, kind, said.start(), said.end()) for said in pattern.finditer(text)]
    found += [Place("number", said.group(2), said.start(), said.end()) for said in _NUMBER.finditer(text)]
    return tuple(found)
