"""Shops and their channels."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel

from bot.store.rows.columns import blob, key, millis


class Shop(SQLModel, table=True):
    """A shop. A simulated one has a clock of its own: shop time = clock_shop + (real − clock_real) × clock_rate."""

    __tablename__ = "shop"
    id: str = key()
    name: str
    platform: str
    simulated: bool = False
    stopped: bool = False
    bot_mode: str
    human_follow_up: str
    options: dict[str, Any] = blob()
    clock_real: int = millis()
    clock_shop: int = millis()
    clock_rate: float = 1.0
    created_at: int = millis()


class ChannelRow(SQLModel, table=True):
    """A wire: adapter and secrets (encrypted at rest). ``key`` begins with the shop. The last three count messages."""

    __tablename__ = "channel"
    key: str = key()
    shop: str = Field(index=True)
    adapter: str
    secrets: str = ""
    send_url: str = ""
    options: dict[str, Any] = blob()
    created_at: int = millis()
    accepted: int = 0
    repeats: int = 0
    bad_signatures: int = 0
