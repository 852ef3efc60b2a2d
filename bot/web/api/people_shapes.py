"""What is sent and given at the door for people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from bot.web.route import Shape

Password = Annotated[str, StringConstraints(strip_whitespace=False)]
"""A password as it was typed, spaces included."""
RoleName = Literal["agent", "supervisor", "operator", "admin"]
Lang = Literal["zh-CN", "en"]


class LoginBody(Shape):
    """Who says they are whom."""

    name: str
    password: Password


class LinkBody(Shape):
    """The secret of a one-time link."""

    link: str


class MeBody(Shape):
    """What everybody may change of themselves."""

    lang: Lang


class OwnPasswordBody(Shape):
    """A new password, and the old one to show that it is really you."""

    old: Password
    new: Password


class RoleIn(Shape):
    """A role in a shop, or in all (``*``)."""

    role: RoleName
    shop: str


class NewPersonBody(Shape):
    """Somebody new."""

    name: str
    password: Password
    roles: list[RoleIn] = Field(min_length=1)
    lang: Lang = "zh-CN"


class PersonBody(Shape):
    """What to change of somebody; what is left out stays."""

    name: str | None = None
    lang: Lang | None = None
    roles: list[RoleIn] | None = Field(default=None, min_length=1)
    password: Password | None = None
    disabled: bool | None = None


class NewTokenBody(Shape):
    """A machine's key: one role in some shops, or in all (``["*"]``)."""

    name: str
    role: RoleName
    shops: list[str] = Field(default=["*"], min_length=1)


class AgentsQuery(Shape):
    """Whose colleagues."""

    shop: str


class AuditQuery(Shape):
    """Which acts; ``after`` is the cursor of the page before."""

    after: str | None = None
    what: str | None = None
    who: str | None = None
    limit: int = Field(default=100, ge=1, le=500)


class RoleOut(BaseModel):
    """A role in a shop, or in all (``*``)."""

    role: str
    shop: str


class Me(BaseModel):
    """Who is logged in. ``can`` names what they may do somewhere: ``desk faq rates shops people``."""

    id: str
    name: str
    lang: str
    roles: list[RoleOut]
    can: list[str]


class LoggedIn(BaseModel):
    """After logging in."""

    me: Me


class PersonOut(BaseModel):
    """Somebody who may log in."""

    id: str
    name: str
    lang: str
    disabled: bool
    created_at: str
    seen_at: str | None
    roles: list[RoleOut]


class TokenOut(BaseModel):
    """A machine's key, without its value."""

    name: str
    role: str
    shops: list[str]
    created_at: str
    created_by: str


class NewToken(TokenOut):
    """A key just made: ``value`` is shown this once."""

    value: str


class Colleague(BaseModel):
    """Somebody a conversation can be given to."""

    id: str
    name: str


class SessionOut(BaseModel):
    """One of a person's own logins. ``here`` is the one that asks; ``id`` opens nothing."""

    id: str
    here: bool
    place: str
    created_at: str
    seen_at: str


class Act(BaseModel):
    """One act on record."""

    id: str
    at: str
    who: str
    who_name: str | None
    what: str
    ref: str
    shop: str | None
    place: str
    detail: dict[str, Any]


class Acts(BaseModel):
    """A page of acts, newest first."""

    items: list[Act]
    next: str | None
