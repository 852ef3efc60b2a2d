"""What is no longer here: enough to know it again if it comes once more, too little to know who it was."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store.rows.columns import key, millis


class Gone(SQLModel, table=True):
    """A message that was erased: the digest, under a key outside the database, of its id. A late repeat is known by it."""

    __tablename__ = "gone"
    shop: str = key()
    digest: str = key()
    at: int = millis()
