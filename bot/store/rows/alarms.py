"""What calls people to the phone: where it goes, what has happened, and the messages that went out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, maybe_millis, millis


class AlarmSink(SQLModel, table=True):
    """One place a shop's alarms go to. ``sealed`` holds its address and secret, encrypted; ``place`` is what may be shown."""

    __tablename__ = "alarm_sink"
    id: str = key()
    shop: str = Field(index=True)
    name: str
    way: str
    sealed: str
    place: str = ""
    kinds: list[str] = blob()
    gather_s: int = 10
    quiet_s: int = 60
    quiet_hours: dict[str, str] = blob()
    lang: str = "zh-CN"
    enabled: bool = True
    created_at: int = millis()
    created_by: str = ""


class AlarmRow(SQLModel, table=True):
    """Something that called for a person. The key is what makes it one: told once, whoever notices it, also after a restart."""

    __tablename__ = "alarm"
    shop: str = key()
    kind: str = key()
    ref: str = key()
    occasion: str = key()
    at: int = millis(index=True)


class AlarmSend(SQLModel, table=True):
    """One message to one sink: ``gathering → sending → sent | failed``, a retry goes back to ``waiting``. Also the log.

    ``told`` lists what it tells of; ``result`` is what became of it in words, in both languages. No secret is in it.
    """

    __tablename__ = "alarm_send"
    id: str = key()
    shop: str
    sink: str
    name: str
    way: str
    state: str
    kinds: list[str] = blob()
    told: list[dict[str, Any]] = blob()
    test: bool = False
    tries: int = 0
    created_at: int = millis()
    next_at: int = millis()
    claimed_at: int | None = maybe_millis()
    done_at: int | None = maybe_millis()
    result: dict[str, str] = blob()
    __table_args__ = (
        sa.Index("alarm_send_log", "shop", "created_at"),
        sa.Index(
            "alarm_send_open",
            "next_at",
            sqlite_where=sa.text("state IN ('gathering','waiting','sending')"),
            postgresql_where=sa.text("state IN ('gathering','waiting','sending')"),
        ),
    )
