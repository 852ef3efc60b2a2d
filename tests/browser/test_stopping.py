"""A server that is told to stop does so in time, although pages are open; they say so and find it again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, own, serving


def test_an_open_page_holds_no_server_back(visit: OpenPage, tmp_path):
    with serving(tmp_path / "data") as server:
        seen = visit(base=server.url, alone=True)
        own(seen.page, server, "internal")
        seen.page.goto("/inbox")
        expect(seen.page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
        seen.quiet()
    expect(seen.page.get_by_text("连接已断开")).to_be_visible()
