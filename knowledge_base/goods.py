"""The thing at hand that a question names and an answer for the whole shop does not (这条裙子什么价格 asks 什么价)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

import yaml

LEFT_OUT = -1.0
"""What it takes away that a question names goods and an entry does not (log-odds)."""
_AT_HAND = (
    r"(?:(?:买|拍|收到|订)的|[你您]?们?家的?|[这那此该])?(?:[一两二三几]?[个件条款双只支盒瓶台套种把床副顶根])?的?"
)
_LONGER = "(?![号店网城端软游])"  # 手机号, 电脑城: other words


@cache
def _names() -> frozenset[str]:
    raw = yaml.safe_load(files("knowledge_base").joinpath("lists/goods.yaml").read_text("utf-8"))
    return frozenset(str(name) for group in raw.values() for name in group)


@cache
def _pointed_at() -> re.Pattern[str]:
    return re.compile(f"{_AT_HAND}({'|'.join(sorted(_names(), key=len, reverse=True))}){_LONGER}")


@cache
def _sizes() -> range:
    return range(max(map(len, _names())), min(map(len, _names())) - 1, -1)


@lru_cache(maxsize=16_384)
def names_goods(text: str) -> bool:
    """Say whether a normalised text names goods."""
    names = _names()
    return any(text[at : at + size] in names for size in _sizes() for at in range(len(text) - size + 1))


def goods_in(text: str) -> tuple[str, ...]:
    """Return the goods that a normalised text names, in order; 手机 is none in 手机号."""
    return tuple(_pointed_at().findall(text)) if names_goods(text) else ()


def without_goods(text: str) -> str:
    """Return a normalised text without the goods it names and without what points at them (这条裙子)."""
    return _pointed_at().sub(" ", text).strip()
