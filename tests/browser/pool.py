"""Pages that are lent from test to test: a new browser context costs more than most of what a test does in it.

What comes back is emptied: cookies, storage and service workers are gone, nothing listens or is routed any more. A test
that changes what cannot be put back (a script that runs first, a permission, a phone) takes a page of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, Self

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

TIMEOUT_MS = 20_000
WIDE = (1360, 850)

# Every violation of the page's own policy is kept, so that a test can say which line broke it.
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""


class Pool:
    """The idle pages of one browser, by the server and the language they were made for."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[tuple[str, str], list[Page]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for page in chain(*self._idle.values()):
            page.context.close()

    @contextmanager
    def lent(
        self, base: str, locale: str = "zh-CN", color_scheme: Any = "light", size: tuple[int, int] = WIDE
    ) -> Iterator[Page]:
        """An empty page of that language, colour scheme and size (in CSS pixels), to be used again afterwards."""
        idle = self._idle[base, locale]
        page = idle.pop() if idle else self._made(base, locale=locale)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=color_scheme)
        yield page
        try:
            _empty(page, base)
        except PlaywrightError:  # closed by the test, or it hangs
            page.context.close()
        else:
            idle.append(page)

    @contextmanager
    def own(self, base: str, **options: Any) -> Iterator[Page]:
        """A page that nobody had before and nobody gets after."""
        page = self._made(base, **options)
        yield page
        page.context.close()

    def _made(self, base: str, **options: Any) -> Page:
        context = self._browser.new_context(base_url=base, **options)
        context.set_default_timeout(TIMEOUT_MS)
        context.add_init_script(WATCH_POLICY)
        return context.new_page()


def _empty(page: Page, base: str) -> None:
    context = page.context
    for other in context.pages:
        if other is not page:
            other.close()
    page.unroute_all()
    context.set_offline(False)
    page.mouse.move(0, 0)
    page.goto("about:blank")
    session = context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": base, "storageTypes": "all"})
    session.detach()
    context.clear_cookies()
