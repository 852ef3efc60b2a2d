"""The processes that work on a store."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store.rows.columns import key, millis


class WorkerRow(SQLModel, table=True):
    """A process, and when (of the store's clock) it last said that it is there."""

    __tablename__ = "worker"
    id: str = key()
    seen_at: int = millis()
