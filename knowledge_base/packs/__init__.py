"""Starter packs: entries, quick phrases and topics that a kind of shop begins with, one YAML file each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from knowledge_base.entry import WORD_LISTS, Entry, Keywords, Mode


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that the pack's answers need: its name, a sample value, and what it is in both languages."""

    name: str
    sample: str
    hint: str
    hint_en: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quick phrase that a person sends."""

    id: str
    title: str
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class MustAnswer:
    """A topic that an answer must not pass over: asked by one of ``ask``, answered by one of ``answer``."""

    id: str
    ask: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A starter pack. ``name`` is by language (zh, en)."""

    id: str
    name: Mapping[str, str]
    version: str
    fields: tuple[Field, ...]
    entries: tuple[Entry, ...]
    phrases: tuple[Phrase, ...]
    must_answer: tuple[MustAnswer, ...]


FIRST = ("clothing", "beauty", "food", "electronics")
"""The order in which a first visitor sees them; packs that are not named come after, by id."""


@cache
def names() -> tuple[str, ...]:
    """Return the ids of the packs there are, in the order to show them."""
    found = {path.name.removesuffix(".yaml") for path in files(__name__).iterdir() if path.name.endswith(".yaml")}
    return (*(name for name in FIRST if name in found), *sorted(found - set(FIRST)))


@cache
def load(pack_id: str) -> Pack:
    """Return a pack.

    Raises:
        ValueError: there is no such pack (the ids are named), or its file is wrong (where).
    """
    if pack_id not in names():
        raise ValueError(f"没有名为「{pack_id}」的模板；现有：{'、'.join(names())}")
    raw = yaml.safe_load(files(__name__).joinpath(f"{pack_id}.yaml").read_text("utf-8"))
    try:
        return Pack(
            id=raw["id"],
            name=dict(raw["name"]),
            version=str(raw["version"]),
            fields=tuple(Field(f["name"], str(f["sample"]), f["hint"], f["hint_en"]) for f in raw["fields"]),
            entries=tuple(_entry(entry) for entry in raw["entries"]),
            phrases=tuple(Phrase(p["id"], p["title"], p["category"], p["text"]) for p in raw["phrases"]),
            must_answer=tuple(MustAnswer(m["id"], _texts(m["ask"]), _texts(m["answer"])) for m in raw["must_answer"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"模板 {pack_id} 的文件缺少或写错了一项：{error}") from error


def _entry(raw: Mapping[str, Any]) -> Entry:
    words = raw.get("keywords") or {}
    lists = {kind: _texts(words.get(kind, ())) for kind in WORD_LISTS}
    return Entry(
        id=raw["id"],
        question=str(raw["question"]),
        answer=str(raw["answer"]),
        phrasings=_texts(raw["phrasings"]),
        keywords=Keywords(**lists, priority=int(words.get("priority", 0))),
        category=raw["category"],
        mode=Mode(_word(raw.get("mode", "auto"))),
        then_person=bool(raw.get("then_person", False)),
        not_this=_texts(raw.get("not_this", ())),
    )


def _texts(raw: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(text) for text in raw)


def _word(mode: object) -> str:
    """Read ``off`` as the word it is, though YAML takes it for false."""
    return "off" if mode is False else str(mode)
