"""The first visit: the owner, the platform whose rules count, and a simulated shop to try everything in."""

from __future__ import annotations

import hmac
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from bot.web import auth, views
from bot.web.api.people import logged_in
from bot.web.api.people_shapes import Password
from bot.web.api.shops import base_url
from bot.web.problem import Problem
from bot.web.route import Auth, Call, Route, Shape


class OwnerBody(Shape):
    """The owner of the installation. ``token`` is in the one-time link the start command prints."""

    token: str
    name: str = Field(min_length=1, max_length=40)
    password: Password
    platform: Literal["xiaohongshu", "kuaishou", "douyin", "taobao", "internal"] = "internal"
    lang: Literal["zh-CN", "en"] = "zh-CN"


async def state(call: Call) -> Any:
    """Whether the start path is still to be walked."""
    return {"has_owner": await call.services.people.has_owner()}


async def owner(call: Call) -> web.Response:
    """Make the owner and a simulated shop, and log the owner in."""
    services, body = call.services, call.body
    auth.require_cookie(call.request, services.settings)
    if not services.start_token or not hmac.compare_digest(body.token.encode(), services.start_token.encode()):
        raise Problem(
            403,
            "start_token",
            "这个链接不对或已用过。请在运行 miaohui 的窗口里找到最新的开始链接。",
            "This link is wrong or used up. Find the current one in the window where miaohui runs.",
            pointer="/token",
        )
    place = auth.place(call.request, services.settings)
    person = await services.people.make_owner(body.name, body.password, body.lang, place=place)
    services.start_token = ""
    shop = await services.setup.demo(body.platform, body.lang, by=person)
    secret = await services.people.open_session(person, place)
    return await logged_in(call, secret, shop=views.shop(services.directory.shops[shop], services, base_url(call)))


ROUTES = [
    Route("GET", "/api/v1/start/state", state, Auth.NONE),
    Route("POST", "/api/v1/start/owner", owner, Auth.NONE, body=OwnerBody),
]
