"""What buyers ask that the product page should say: then the page is what is missing, more than an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import yaml

from knowledge_base.characters import fold


def page_facts(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the facts of a product (材质, 尺寸 …) that most of some questions ask for, by name, in the lists' order."""
    folded = [fold(text) for text in texts]
    counts = {name: sum(any(word in text for word in words) for text in folded) for name, words in _facts().items()}
    return tuple(name for name, count in counts.items() if count and 2 * count > len(folded))


@cache
def _facts() -> Mapping[str, tuple[str, ...]]:
    lines = yaml.safe_load(files("knowledge_base").joinpath("lists/page.yaml").read_text("utf-8"))
    listed = [[fold(word.strip()) for word in str(line).split("|")] for line in lines]
    return {words[0]: tuple(words) for words in listed}
