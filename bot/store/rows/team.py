"""Who works at the desk: groups and the rules that fill them, who is there, whose turn a conversation is, and who
passed it on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.store.rows.columns import blob, key, millis


class TeamGroup(SQLModel, table=True):
    """A group of a shop. ``members`` are ``{person, cap}``, a cap of None is the group's; ``place`` is its order."""

    __tablename__ = "team_group"
    shop: str = key()
    id: str = key()
    name: str
    supervisors: bool = False
    cap: int
    members: list[dict[str, Any]] = blob()
    place: int = 0


class TeamRule(SQLModel, table=True):
    """Which conversations go to a group; the first that fits, by ``place``. Empty lists fit everything."""

    __tablename__ = "team_rule"
    shop: str = key()
    place: int = key()
    group_id: str
    reasons: list[str] = blob()
    categories: list[str] = blob()


class PresenceRow(SQLModel, table=True):
    """Whether somebody works now (online, break or offline), since when, and when their page last said so (real time)."""

    __tablename__ = "presence"
    person: str = key()
    state: str
    since: int = millis()
    seen_at: int = millis()


class Assignment(SQLModel, table=True):
    """Whose turn a waiting conversation is. It holds while the conversation waits and has the same ``epoch``.

    ``pinned``: a person sent it to this group. ``mark``: why it is for the supervisors, empty if it is not.
    """

    __tablename__ = "assignment"
    conversation: str = key()
    shop: str
    group_id: str | None = None
    assignee: str | None = None
    epoch: int = 0
    reason: str = ""
    pinned: bool = False
    mark: str = ""
    rule: int | None = None
    at: int = millis()
    __table_args__ = (sa.Index("assignment_person", "assignee"), sa.Index("assignment_shop", "shop"))


class Passing(SQLModel, table=True):
    """A conversation that somebody passed on: a ``transfer``, or an escalation to the supervisors (``escalate``)."""

    __tablename__ = "passing"
    shop: str = key()
    id: str = key()
    conversation: str
    inquiry: str | None = None
    kind: str
    by: str
    to_person: str | None = None
    to_group: str | None = None
    reason: str
    at: int = millis()
    __table_args__ = (sa.Index("passing_at", "shop", "at"),)


class LineWatch(SQLModel, table=True):
    """On which side of its own line a shop's rate was last seen, and since when."""

    __tablename__ = "line_watch"
    shop: str = key()
    below: bool = False
    at: int = millis()
