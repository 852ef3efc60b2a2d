"""English words by what they mean: a general table of word vectors, so that *refund* is near *money back*.

The table is ``lists/meanings.npz``; its origin stands in ``lists/README.md``. It is read
when the first base is built, never while a question waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

NO_MEANING = 0
"""The number of a word without a known meaning."""


def meaning(piece: str) -> int:
    """Return the number of an English word's meaning, for ``Meanings.vectors``; 0 for anything else."""
    return Meanings.shipped().place.get(piece, NO_MEANING)


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """The vectors of stemmed English words: ``place`` has the row of each in ``vectors``; row 0 is of no word."""

    place: Mapping[str, int]
    vectors: NDArray[np.float32]

    @classmethod
    @cache
    def shipped(cls) -> Meanings:
        """Return the table as it comes with the house; vectors are of length one."""
        with as_file(files("knowledge_base").joinpath("lists/meanings.npz")) as path, np.load(path) as raw:
            words = raw["words"].tobytes().decode("ascii").split("\n")
            vectors = raw["vectors"].astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        nothing = np.zeros((1, vectors.shape[1]), np.float32)
        return cls({word: row for row, word in enumerate(words, start=1)}, np.concatenate((nothing, vectors)))
