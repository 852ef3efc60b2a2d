"""What is known around a conversation's next line: the unfinished lines before it, the card, the buyer's line before.

Read in one go for a batch; then each item is read against the FAQ, joined with what belongs to it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.core.message import CARDS, Kind
from bot.service.arrivals import Fresh
from bot.service.deciding import Question
from bot.service.directory import ZONE
from bot.service.shelf import Shelved
from bot.store import conversations as convs
from bot.store import messages
from bot.store.ids import from_ms
from bot.store.kept import Values
from bot.store.messages import Said
from knowledge_base.characters import strip
from knowledge_base.entry import Context, Reading
from knowledge_base.reading import LONGEST_FRAGMENT
from knowledge_base.signals import is_small_talk

PREVIOUS_WITHIN_MS = 600_000
"""A line further back is another topic."""
_LOOKED_BACK = 6
WORDLESS = Reading(text="", normalized="")


@dataclass(frozen=True, slots=True)
class Expired:
    """An unfinished burst whose wait is over."""

    shop: str
    conversation: str


Item = Fresh | Expired


@dataclass(slots=True)
class Around:
    """One conversation while a batch is read: its unfinished ``lines``, the ``card`` among them, what was said before.

    ``pending`` has the ids of the unfinished lines as they were when the batch began.
    """

    pending: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)
    card: Kind | None = None
    at: int | None = None
    product: str | None = None
    previous: str = ""


def around(conn: sa.Connection, batch: Sequence[Item], in_mind: Mapping[str, Values]) -> dict[str, Around]:
    """Return what is known around each conversation of a batch; ``in_mind``: the conversations that are kept."""
    waiting = convs.pending(conn, {item.conversation for item in batch}, in_mind)
    pending = messages.lines(conn, [line for ids, _ in waiting.values() for line in ids])
    found = {}
    for cid, (ids, product) in waiting.items():
        lines = [pending[line] for line in ids if line in pending]
        cards = [Kind(line.kind) for line in lines if Kind(line.kind) in CARDS]
        said = [line.text for line in lines if line.kind == Kind.TEXT.value]
        card, at = cards[-1] if cards else None, lines[-1].at if lines else None
        found[cid] = Around(tuple(ids), said, card, at, product)
    new = {item.id for item in batch if isinstance(item, Fresh)} | set(pending)
    spans = {cid: (before_ms - PREVIOUS_WITHIN_MS, before_ms) for cid, before_ms in _short(batch, found).items()}
    for cid, said_before in messages.said_by_buyers(conn, spans).items():
        found[cid].previous = _previous(said_before, new)
    return found


def _short(batch: Sequence[Item], found: Mapping[str, Around]) -> dict[str, int]:
    """The conversations in which a line is so short that the line before it may belong to it, with its time."""
    short: dict[str, int] = {}
    for item in batch:
        one = found.get(item.conversation)
        if one and isinstance(item, Fresh) and item.asks and len(strip(item.text)) <= LONGEST_FRAGMENT:
            short.setdefault(item.conversation, item.at)
        elif one and isinstance(item, Expired) and one.at is not None:
            short.setdefault(item.conversation, one.at)
    return short


def _previous(said: Sequence[Said], new: set[str]) -> str:
    """The buyer's last line that says anything, among the latest few; empty where there is none."""
    for line in said[: _LOOKED_BACK + len(new)]:
        if line.id not in new and not is_small_talk(line.text):
            return line.text
    return ""


def read_all(
    batch: Sequence[Item], known: Mapping[str, Around], shelved: Mapping[str, Shelved], started: float
) -> list[Question]:
    """Read each item, joined with the unfinished lines before it; in a thread, for the event loop must not wait."""
    questions = []
    for item in batch:
        fresh = item if isinstance(item, Fresh) else None
        if fresh and not fresh.asks:
            continue
        one = known.get(item.conversation) or Around()
        kind = _taken_in(one, fresh)
        burst = "\n".join(line for line in one.lines if line)
        at = fresh.at if fresh else one.at
        today = from_ms(at).astimezone(ZONE).date() if at is not None else None
        shelf = shelved[item.shop]
        wordless = not burst or (kind is not Kind.TEXT and kind not in CARDS)
        # A picture or voice message is a person's business, whatever was said before it.
        reading = WORDLESS if wordless else shelf.base.read(burst, Context(today, one.product, one.previous))
        took = round((time.perf_counter() - started) * 1e6)
        questions.append(Question(fresh, item.conversation, item.shop, kind, reading, shelf, took))
        if reading.complete and kind not in CARDS:
            one.lines, one.card, one.previous = [], None, burst or one.previous
    return questions


def _taken_in(one: Around, fresh: Fresh | None) -> Kind:
    """Add a new line to the unfinished ones; return what the whole is: a card where nothing else was said."""
    if fresh is None:
        return one.card if one.card and not any(one.lines) else Kind.TEXT
    if fresh.kind is Kind.TEXT:
        one.lines.append(fresh.text)
    elif fresh.kind in CARDS:
        one.card = fresh.kind
    return fresh.kind
