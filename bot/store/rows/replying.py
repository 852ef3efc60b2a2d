"""What stands around replying: drafts, who looks, promises, corrections, reports to the platform, buyers, phrases used."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, maybe_millis, millis


class Draft(SQLModel, table=True):
    """What somebody has begun to write in a conversation; ``mode`` reply or note."""

    __tablename__ = "draft"
    conversation: str = key()
    person: str = key()
    shop: str
    mode: str = "reply"
    text: str
    at: int = millis()


class Looking(SQLModel, table=True):
    """Who looks at a conversation or writes in it right now (real time); gone after some seconds without a sign."""

    __tablename__ = "looking"
    conversation: str = key()
    person: str = key()
    shop: str
    typing: bool = False
    at: int = millis(index=True)


class Promise(SQLModel, table=True):
    """A person has asked a buyer to wait and owes the real answer by ``due_at``; ``overdue`` once that has passed."""

    __tablename__ = "promise"
    conversation: str = key()
    shop: str
    message: str
    by: str
    at: int = millis()
    due_at: int = millis()
    overdue: bool = False
    __table_args__ = (sa.Index("promise_overdue", "shop", "overdue"),)


class GateCase(SQLModel, table=True):
    """A real question with what should answer it: an entry, or (None) nobody but a person. ``wrong`` is the entry that
    answered it and should not have; of a rejected suggestion no more than that is known. ``dropped``: taken out of the
    set, and not to be learned again."""

    __tablename__ = "gate_case"
    shop: str = key()
    id: str = key()
    question: str
    expected: str | None = None
    wrong: str | None = None
    origin: str
    message: str | None = None
    by: str
    at: int = millis()
    dropped: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class GatePass(SQLModel, table=True):
    """A change of the FAQ that breaks cases (``broken``, their ids) and was made all the same: by whom, when and why."""

    __tablename__ = "gate_pass"
    shop: str = key()
    id: str = key()
    act: str
    ref: str = ""
    broken: list[str] = blob()
    why: str
    by: str
    at: int = millis()


class BenchRun(SQLModel, table=True):
    """How a shop's set of cases went when it was last run: ``results`` has the verdict and the entries by case."""

    __tablename__ = "bench_run"
    shop: str = key()
    results: dict[str, Any] = blob()
    threshold: float
    by: str
    at: int = millis()


class Proposal(SQLModel, table=True):
    """A change to an entry that somebody at the desk proposes and an operator decides: ``threshold`` or ``not_this``."""

    __tablename__ = "proposal"
    shop: str = key()
    id: str = key()
    entry: str
    kind: str
    value: dict[str, Any] = blob()
    gate_case: str
    state: str = "open"
    by: str
    at: int = millis()
    decided_by: str | None = None
    decided_at: int | None = maybe_millis()


class ReportCase(SQLModel, table=True):
    """A report to the platform: of a message (spam or abuse), or a notice given beforehand for a span (prior_notice).

    ``steps`` are ``{status, day, by, at}``: the day it happened at the platform, who wrote it down and when.
    """

    __tablename__ = "report_case"
    shop: str = key()
    id: str = key()
    kind: str
    conversation: str | None = None
    target: str | None = None
    from_at: int | None = maybe_millis()
    to_at: int | None = maybe_millis()
    status: str
    note: str = ""
    steps: list[dict[str, Any]] = blob()
    at: int = millis()
    __table_args__ = (sa.Index("report_case_status", "shop", "status", "at"),)


class PhraseUse(SQLModel, table=True):
    """How often a quick phrase or an answer of the FAQ was sent from the menu."""

    __tablename__ = "phrase_use"
    shop: str = key()
    id: str = key()
    count: int = millis()
    last_at: int = millis()


class Buyer(SQLModel, table=True):
    """What a shop keeps about a buyer: a note and labels, seen by everybody in the shop."""

    __tablename__ = "buyer"
    shop: str = key()
    id: str = key()
    note: str = ""
    labels: list[str] = blob()
    changed_by: str
    changed_at: int = millis()


class SearchMark(SQLModel, table=True):
    """How far the search index has read a shop's journal. The index itself is ``message_search``: one row a message,
    with the pairs of characters it is found by."""

    __tablename__ = "search_mark"
    shop: str = key()
    seq: int = millis()


_SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5("
        "grams, message UNINDEXED, shop UNINDEXED, tokenize='unicode61 remove_diacritics 0', detail=none)",
    ),
    "postgresql": (
        "CREATE TABLE message_search (message TEXT PRIMARY KEY, shop TEXT NOT NULL, grams TEXT[] NOT NULL)",
        "CREATE INDEX message_search_grams ON message_search USING gin (grams)",
    ),
}
"""The index beside its mark: no table of the schema, because the stores build it differently."""


def _make_index(_table: Any, conn: sa.Connection, **_more: Any) -> None:
    for statement in _SEARCH[conn.dialect.name]:
        conn.exec_driver_sql(statement)


sa.event.listen(SQLModel.metadata.tables["search_mark"], "after_create", _make_index)
