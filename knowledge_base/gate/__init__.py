"""The gate of the FAQ: questions that must keep their answers, what a change does to them, and what is wrong in itself.

A set of ``Case`` is held against two bases (``compare``); ``check`` finds what is wrong in one base without any set.
Who reads the questions and decides is outside: here are only the results.
"""

from knowledge_base.gate.cases import NOBODY, Answered, Case, Verdict, verdict
from knowledge_base.gate.checking import Checked, Finding, check
from knowledge_base.gate.comparing import Compared, Kept, Moved, compare, moved
from knowledge_base.gate.sampling import sample
from knowledge_base.gate.sets import read_set

__all__ = [
    "NOBODY",
    "Answered",
    "Case",
    "Checked",
    "Compared",
    "Finding",
    "Kept",
    "Moved",
    "Verdict",
    "check",
    "compare",
    "moved",
    "read_set",
    "sample",
    "verdict",
]
