"""The door of trust: which entries have earned to answer by themselves, and the conversations behind each number."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bot.service.entries import refused
from bot.service.importing import FILE_AT_MOST
from bot.web.api.files import form_files
from bot.web.recording import recorded
from bot.web.route import ADMIN, EVERYBODY, OPERATOR, SUPERVISOR, Call, Route, Shape, in_shop

READERS = (OPERATOR, SUPERVISOR, ADMIN)


class BehindQuery(Shape):
    """Which number of the entry."""

    what: Literal[
        "used", "edited", "heavy", "rejected", "answered", "asked_again", "asked_for_person", "marked_wrong"
    ]  # fmt: skip


class ShadowQuery(Shape):
    """How many days back."""

    days: int = Field(30, ge=1, le=180)


async def table(call: Call) -> Any:
    """What became of each entry's drafts and answers in the last 30 days, where it stands and why."""
    return await call.services.publishing.trust.table(call.shop)


async def behind(call: Call) -> Any:
    """The conversations behind one number, latest first, at most 200."""
    found = await call.services.publishing.trust.behind(call.shop, call.path("entry"), call.query.what)
    return {"items": found}


async def shadow(call: Call) -> Any:
    """Play the last days silently: what the bot would have answered, whether people said the same, and the reply rate
    under each way of following up."""
    return await call.services.publishing.shadow.stored(call.shop, call.query.days)


async def shadow_of_file(call: Call) -> Any:
    """Play a chat record exported elsewhere: multipart with ``file`` (.csv .xlsx .xls) and ``map`` (YAML, what its columns
    mean, as ``miaohui account`` takes it)."""
    parts = await form_files(call.request, call.services.settings.body_deadline_s)
    for name, zh, en in (("file", "聊天记录", "the chat record"), ("map", "列的映射", "the map of its columns")):
        if name not in parts:
            raise refused(f"/{name}", f"没有收到{zh}。", f"{en} did not arrive.".capitalize())
    (data, filename), (mapping, _) = parts["file"], parts["map"]
    return await call.services.publishing.shadow.exported(call.shop, data, filename, mapping)


ROUTES: list[Route] = [
    in_shop("GET", "/shadow", shadow, READERS, query=ShadowQuery, tags=("faq",)),
    in_shop(
        "POST",
        "/shadow",
        recorded("shadow_of_file", shadow_of_file),
        READERS,
        raw=True,
        limit=FILE_AT_MOST,
        tags=("faq",),
    ),
    in_shop("GET", "/trust", table, EVERYBODY, tags=("faq",)),
    in_shop("GET", "/trust/{entry}", behind, EVERYBODY, query=BehindQuery, tags=("faq",)),
]
