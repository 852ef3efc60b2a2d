"""One real server process on a folder of its own, and one real Chromium. Without Chromium these tests are left out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import history
from tests.browser.driving import NAME, PASSWORD, OpenPage, Server, Visit, own, serving
from tests.browser.pool import WIDE, Pool

# How fast a page is, is measured elsewhere: here it only has to come to it, on a busy machine too.
expect.set_options(timeout=15_000)

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


_opened = ExitStack()


@cache
def _browser() -> Browser:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("no Chromium found: install it or name it in CHROMIUM to run the browser tests")
    playwright = _opened.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
    _opened.callback(browser.close)
    return browser


def _close_browser() -> None:
    _opened.close()
    _browser.cache_clear()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the browser after the last of its tests: while it is driven no other event loop runs in this thread."""
    if nextitem is None or "browser" not in nextitem.path.parts:
        _close_browser()


@pytest.fixture(scope="module")
def chromium() -> Browser:
    """Chromium of ``$CHROMIUM``, else of the machine; one for all files that a process plays one after another."""
    if not _browser().is_connected():  # it crashed in a file before
        _close_browser()
    return _browser()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server nobody has used yet."""
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def pool(chromium: Browser) -> Iterator[Pool]:
    """The pages the tests of a file lend each other."""
    with Pool(chromium) as pages:
        yield pages


@pytest.fixture
def visit(pool: Pool, server: Server) -> Iterator[OpenPage]:
    """Open a watched page: ``visit(width=390, locale="en-US", color_scheme="dark")``.

    With ``alone=True``, or an option that a used page cannot take on, nobody had it before and nobody gets it after.
    """
    ends = ExitStack()

    def opened(
        *, width: int = WIDE[0], height: int = WIDE[1], base: str | None = None, locale: str = "zh-CN",
        color_scheme: str = "light", alone: bool = False, **more: Any,
    ) -> Visit:  # fmt: skip
        base = base or server.url
        if alone or more:
            size = {"width": width, "height": height}
            page = pool.own(base, locale=locale, color_scheme=color_scheme, viewport=size, **more)
        else:
            page = pool.lent(base, locale, color_scheme, (width, height))
        found = Visit(ends.enter_context(page))
        ends.callback(found.watch())
        return found

    with ends:
        yield opened


@pytest.fixture(scope="module")
def owned(pool: Pool, server: Server) -> Server:
    """The server with an owner, a simulated shop and the clothing pack."""
    with pool.lent(server.url) as page:
        first = own(page, server)
        shop = first.call("GET", "/shops")[0]["id"]
        pack = first.call("GET", "/packs")[0]["id"]
        first.call("POST", f"/shops/{shop}/packs/{pack}")
    return server


@pytest.fixture
def desk(visit: OpenPage, owned: Server) -> OpenPage:
    """Open a watched page of somebody who is logged in already."""

    def opened(**options: Any) -> Visit:
        found = visit(**options)
        found.page.goto(f"{owned.url}/healthz")
        found.call("POST", "/login", {"name": NAME, "password": PASSWORD})
        return found

    return opened


@pytest.fixture
def colleague(visit: OpenPage) -> OpenPage:
    """Open a watched page of somebody new who works beside the owner: ``colleague(seen, "小方", role="agent")``."""

    def opened(seen: Visit, name: str, *, role: str = "agent", **options: Any) -> Visit:
        seen.call("POST", "/users", {"name": name, "password": PASSWORD, "roles": [{"role": role, "shop": "*"}]})
        found = visit(**options)
        found.page.goto("/healthz")
        found.call("POST", "/login", {"name": name, "password": PASSWORD})
        return found

    return opened


SHOPS = {
    "east": history.Past("xiaohongshu", [history.GOOD] * 3 + [history.BAD, history.GOOD]),
    "north": history.Past(
        "kuaishou", [history.GOOD, *[history.BAD] * 4, history.NIGHT], stands_at=1, options={"tier": "mature"}
    ),
    "south": history.Past("xiaohongshu", [history.GOOD], options={"wire": {"api_sent_counts": "unknown"}}),
    "west": history.Past("internal", [history.BAD], options={"wire": {"sees_human_replies": False}}),
    "apart": history.Past(
        "xiaohongshu",
        [],
        options={"wire": {"api_sent_counts": "no", "app_url": "http://localhost:9/im?buyer={buyer}"}},
    ),
    "team": history.Past("taobao", [history.BAD], options={"category": "clothing"}),
    "night": history.Past("kuaishou", [history.NIGHT], stands_at=1, options={"tier": "mature"}),
    "quiet": history.Past("kuaishou", []),
}


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose shops have some days behind them."""
    folder = tmp_path_factory.mktemp("lived") / "data"
    history.write(folder, SHOPS)
    with serving(folder) as running:
        yield running


@pytest.fixture
def office(visit: OpenPage, lived: Server) -> OpenPage:
    """Open a watched page there, logged in as the owner, or as ``who``."""

    def opened(*, who: str = NAME, **options: Any) -> Visit:
        found = visit(base=lived.url, **options)
        found.page.goto("/healthz")
        found.call("POST", "/login", {"name": who, "password": PASSWORD})
        return found

    return opened
