"""What a platform is asked for beside the sends."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store.rows.columns import key, millis


class Errand(SQLModel, table=True):
    """Something to ask a platform. ``kind``: ``pull`` (``ref`` an account there, ``cursor`` how far it was read) or
    ``hand_over`` (``ref`` a conversation). ``due_at`` is real time; 0: nothing to do now."""

    __tablename__ = "errand"
    channel: str = key()
    kind: str = key()
    ref: str = key()
    shop: str
    cursor: str
    due_at: int = millis(index=True)
    tries: int
    detail: str
