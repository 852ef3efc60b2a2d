"""Who calls, from where, and over what: cookies, bearer tokens, proxies, and calls another site's page makes.

A cookie is only as safe as its wire: ``__Host-`` with Secure on https and on this machine; on other plain http there is
none, unless the setting ``allow_plain_http`` says so.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.service.logins import LONGEST_MS
from bot.web.problem import Problem
from bot.web.route import NOBODY, Principal

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.web.services import Services

SAFE_COOKIE, PLAIN_COOKIE = "__Host-mh_sid", "mh_sid"
READS = frozenset(("GET", "HEAD", "OPTIONS"))
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


async def principal(request: web.Request, services: Services, *, touch: bool = True) -> Principal:
    """Who calls: by the token in ``Authorization: Bearer``, else by the cookie; ``NOBODY`` if neither is good.

    ``touch`` False does not count as use of the session (a feed that looks whether its listener may still listen).

    Raises:
        Problem: 403, the cookie came with a write that another site's page sent.
    """
    if "Authorization" in request.headers:
        scheme, _, value = request.headers["Authorization"].partition(" ")
        known = await services.people.who_token(value.strip()) if scheme.lower() == "bearer" else None
        return known or NOBODY
    secret = session_secret(request, services.settings)
    if not secret:
        return NOBODY
    if request.method not in READS or request.headers.get("Upgrade", "").lower() == "websocket":
        refuse_foreign(request, services.settings)
    return await services.people.who(secret, touch=touch) or NOBODY


def refuse_foreign(request: web.Request, settings: Settings) -> None:
    """Refuse what a browser sends for a page of another site. Callers that are no browser send neither header.

    Raises:
        Problem: 403, the call came from another site.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin is None or urlsplit(origin).netloc.lower() in _own_hosts(request, settings)
    if not own:
        raise Problem(
            403,
            "foreign_origin",
            "这个请求来自别的网站，已拒绝。请在本页面里操作。",
            "This call came from another site and was refused. Use this site's own pages.",
        )


def place(request: web.Request, settings: Settings) -> str:
    """Where the caller is: an address, of IPv6 the network (/64). Proxies are believed only if they are trusted."""
    address = request.remote or ""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    while hops and _trusted(address, settings):
        address = hops.pop()
    try:
        known = ip_address(address.split("%")[0])
    except ValueError:
        return address[:64]
    if known.version == 6 and known.ipv4_mapped is None and not known.is_loopback:
        return str(ip_network((known, 64), strict=False))
    return str(known)


def is_local(request: web.Request, settings: Settings) -> bool:
    """Say whether the caller sits on this machine, and did not come through a proxy that does."""
    if request.remote not in LOOPBACK:
        return False
    if any(name in request.headers for name in FORWARDED) and not _trusted(request.remote, settings):
        return False
    return place(request, settings) in LOOPBACK


def session_secret(request: web.Request, settings: Settings) -> str | None:
    """The session's secret in the cookie that is good on this wire."""
    name = _cookie_name(request, settings)
    return request.cookies.get(name) if name else None


def require_cookie(request: web.Request, settings: Settings) -> None:
    """Refuse to log anybody in where the session could be read on the way.

    Raises:
        Problem: 403, plain http from another machine.
    """
    if _cookie_name(request, settings) is None:
        raise Problem(
            403,
            "plain_http",
            "这个地址没有加密（http），登录会被别人看到，已拒绝。请用 https 访问，或在本机用 http://127.0.0.1 打开；"
            "确实只在可信网络里用，可设置 allow_plain_http。",
            "This address is not encrypted (http), so logging in was refused. Use https, or http://127.0.0.1 on this "
            "machine; on a network you trust you may set allow_plain_http.",
        )


def set_cookie(response: web.StreamResponse, request: web.Request, settings: Settings, secret: str) -> None:
    """Give the browser a session. Raises as ``require_cookie``."""
    require_cookie(request, settings)
    name = _cookie_name(request, settings) or PLAIN_COOKIE
    response.set_cookie(
        name,
        secret,
        max_age=LONGEST_MS // 1000,
        path="/",
        secure=name == SAFE_COOKIE,
        httponly=True,
        samesite="Strict",
    )


def clear_cookie(response: web.StreamResponse, request: web.Request, settings: Settings) -> None:
    """Take the session's cookie out of the browser."""
    name = _cookie_name(request, settings) or PLAIN_COOKIE
    response.del_cookie(name, path="/", secure=name == SAFE_COOKIE, httponly=True, samesite="Strict")


def _cookie_name(request: web.Request, settings: Settings) -> str | None:
    if _is_https(request, settings) or _host_name(_host(request, settings)) in LOOPBACK:
        return SAFE_COOKIE
    return PLAIN_COOKIE if settings.allow_plain_http else None


def _is_https(request: web.Request, settings: Settings) -> bool:
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    if forwarded and _trusted(request.remote or "", settings):
        return forwarded.split(",")[0].strip().lower() == "https"
    public = urlsplit(settings.public_url or "")
    if public.scheme == "https" and public.netloc.lower() == request.host.lower():
        return True
    return request.scheme == "https"


def _own_hosts(request: web.Request, settings: Settings) -> set[str]:
    public = urlsplit(settings.public_url or "").netloc.lower()
    return {_host(request, settings), *([public] if public else [])}


def _host(request: web.Request, settings: Settings) -> str:
    forwarded = request.headers.get("X-Forwarded-Host", "")
    if forwarded and _trusted(request.remote or "", settings):
        return forwarded.split(",")[0].strip().lower()
    return request.host.lower()


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _trusted(address: str, settings: Settings) -> bool:
    try:
        known = ip_address(address)
        return any(known in ip_network(proxy, strict=False) for proxy in settings.trusted_proxies)
    except ValueError:
        return False
