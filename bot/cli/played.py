"""The lines that ``miaohui simulate`` plays, what became of each, and what they come to."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

LONGEST_PAUSE_S = 86_400
OUTCOMES = {
    "answer": "answered",
    "suggest": "suggested",
    "handoff": "handed_off",
    "silence": "silent",
    "wait": "waiting",
}


@dataclass(slots=True)
class Line:
    """One line of the file, and what became of it."""

    buyer: str
    text: str
    after_s: float = 0.0
    expect: str | None = None
    has_expect: bool = False
    platform_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    message: str = ""
    sent_at: float = 0.0
    done_at: float = 0.0
    outcome: str = ""
    reason: str = ""
    decision: str = ""
    entry: str | None = None

    @property
    def right(self) -> bool:
        """Whether the outcome is what the file expects: this entry, or no answer at all."""
        return (self.entry if self.outcome in ("answer", "suggest") else None) == self.expect


def read_lines(text: str) -> list[Line]:
    """Read the file's lines. A line of text is a buyer of its own.

    Raises:
        ValueError: a line that is no JSON, without text or with a pause that is none, with its number.
    """
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        if not raw.lstrip().startswith("{"):
            lines.append(Line(f"sim-{number}", raw.strip()))
            continue
        try:
            lines.append(_line_of(number, orjson.loads(raw)))
        except ValueError as error:
            raise ValueError(f"第 {number} 行 / line {number}: {error}") from error
    return lines


def _line_of(number: int, found: dict[str, Any]) -> Line:
    if not isinstance(found.get("text"), str):
        raise ValueError("没有 text / no text")
    return Line(
        str(found.get("buyer") or f"sim-{number}"),
        found["text"],
        _seconds(found.get("after_s") or 0),
        found.get("expect"),
        "expect" in found,
    )


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_PAUSE_S:
        raise ValueError(f"after_s 要是 0 到 {LONGEST_PAUSE_S} 的秒数 / after_s is seconds, 0 to {LONGEST_PAUSE_S}")
    return float(value)


def summary(lines: list[Line], failures: int = 0) -> dict[str, Any]:
    """Count outcomes and give the time from sending to the decision, in milliseconds."""
    counts = Counter(OUTCOMES.get(line.outcome, "undecided") for line in lines if line.sent_at)
    took = sorted(1000 * (line.done_at - line.sent_at) for line in lines if line.done_at)
    expected = [line for line in lines if line.has_expect]
    return {
        "sent": sum(bool(line.sent_at) for line in lines) - failures,
        **{name: counts[name] for name in OUTCOMES.values()},
        "p50_ms": round(took[len(took) // 2], 1) if took else None,
        "p99_ms": round(took[min(len(took) - 1, len(took) * 99 // 100)], 1) if took else None,
        **({"failed": failures} if failures else {}),
        **(_score(expected) if expected else {}),
    }


def _score(lines: list[Line]) -> dict[str, int]:
    answered = [line for line in lines if line.outcome in ("answer", "suggest")]
    return {
        "expected_answer": sum(line.expect is not None for line in lines),
        "right_answers": sum(line.right for line in answered),
        "wrong_answers": sum(not line.right for line in answered),
    }
