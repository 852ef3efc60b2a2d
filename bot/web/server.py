"""The web application: guarded routes, the console's files, and headers that keep words words."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

import bot
from bot.web.guard import SERVICES, handler_of
from bot.web.problem import Problem, answer, not_found
from bot.web.routes import ALL
from bot.web.services import Services

STATIC = Path(__file__).parent / "static"
PAGES = ("/", "/start", "/inbox", "/faq", "/unanswered", "/rates", "/simulator", "/deliveries", "/settings", "/login")
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'; connect-src 'self'"
)
ENTRIES = {
    "": ("app.js",),
    "inbox": ("app.js", "pages/inbox.js"),
    "reading": ("app.js", "pages/inbox.js", "pages/inbox_thread.js", "pages/inbox_composer.js", "pages/inbox_side.js"),
}
"""The modules a page begins with, by the place it shows: they and what they import are on their way at once."""
_IMPORT = re.compile(rb"""(?:[\s}]from|(?:^|[\s;])import)\s*["'](\.[^"']+)["']""")
FOR_GOOD = "public, max-age=31536000, immutable"
COMPRESSED_FROM = 512

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the console, compressed once when the server starts."""

    body: bytes
    packed: bytes | None
    content_type: str


def build(services: Services) -> web.Application:
    """Make the application. ``client_max_size`` also stops bodies that unpack to far more than they send."""
    biggest = max(route.limit for route in ALL)
    app = web.Application(client_max_size=biggest, middlewares=[_headers])
    app[SERVICES] = services
    for route in ALL:
        app.router.add_route(route.method, route.path, handler_of(route))
    _add_console(app)
    return app


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith("/api/") or error.status < 400:
            _guard_headers(error)
            raise
        response = answer(_problem(error), request, secrets.token_hex(6))
        response.headers.update({name: error.headers[name] for name in ("Allow",) if name in error.headers})
    if not response.prepared:
        _guard_headers(response)
    return response


def _guard_headers(response: web.StreamResponse) -> None:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")


def _problem(error: web.HTTPException) -> Problem:
    """What the router itself refuses, in the form of every other no."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        there = ", ".join(sorted(error.allowed_methods))
        return Problem(405, "method", f"这个地址只接受 {there}。", f"This address takes {there} only.")
    return not_found() if error.status == 404 else Problem(error.status, "http", error.reason, error.reason)


@cache
def _console() -> tuple[Mapping[str, _File], Mapping[str, _File]]:
    """The console's files by their path, and its pages by the place they show; read once a process."""
    files = {str(path.relative_to(STATIC)): _load(path) for path in sorted(STATIC.rglob("*")) if path.is_file()}
    return files, {entry: _page(files, modules) for entry, modules in ENTRIES.items()}


def _add_console(app: web.Application) -> None:
    files, pages = _console()

    async def static(request: web.Request) -> web.Response:
        found = files.get(request.match_info["path"])
        if found is None:
            raise web.HTTPNotFound
        return _serve(request, found, FOR_GOOD)

    async def console(request: web.Request) -> web.Response:
        _, place, *rest = request.path.split("/")
        entry = "reading" if place == "inbox" and any(rest) else place
        return _serve(request, pages.get(entry, pages[""]), "no-store")

    async def worker(request: web.Request) -> web.Response:
        # A service worker rules over what lies below its address, so this one file stands at the root.
        return _serve(request, files["sw.js"], "no-cache")

    async def no_icon(_request: web.Request) -> web.Response:
        # Browsers ask for it on bare pages such as /healthz; the console's own page names its mark.
        return web.Response(status=204)

    app.router.add_get("/static/{version}/{path:.+}", static)
    app.router.add_get("/sw.js", worker)
    app.router.add_get("/favicon.ico", no_icon)
    for path in PAGES:
        app.router.add_get(path, console)
        if path != "/":
            app.router.add_get(path + "/{rest:.*}", console)


def _page(files: Mapping[str, _File], modules: Sequence[str]) -> _File:
    version = _version(files)
    links = (f'<link rel="modulepreload" href="/static/{version}/{name}">' for name in _reached(files, modules))
    index = files["index.html"].body.decode().replace("__MODULES__", "\n".join(links)).replace("__VERSION__", version)
    return _pack(index.encode(), "text/html")


def _reached(files: Mapping[str, _File], modules: Sequence[str]) -> list[str]:
    """Every module that these load at once, in the order of the imports."""
    found = list(modules)
    for name in found:
        for link in _IMPORT.findall(files[name].body):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(name), link.decode()))
            if there not in found:
                found.append(there)
    return found


def _version(files: Mapping[str, _File]) -> str:
    """The version in the files' addresses: they may be kept for good, so any change of them must change it."""
    seen = hashlib.sha256()
    for name, file in files.items():
        seen.update(name.encode() + b"\0" + file.body)
    return f"{bot.__version__}-{seen.hexdigest()[:10]}"


def _load(path: Path) -> _File:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _pack(path.read_bytes(), "text/javascript" if path.suffix == ".js" else kind)


def _pack(body: bytes, content_type: str) -> _File:
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= COMPRESSED_FROM else None
    return _File(body, packed, content_type)


def _serve(request: web.Request, file: _File, caching: str) -> web.Response:
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    body = file.body
    if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = file.packed, "gzip"
    charset = "utf-8" if file.content_type.startswith("text/") or file.content_type.endswith("json") else None
    return web.Response(body=body, content_type=file.content_type, charset=charset, headers=headers)
