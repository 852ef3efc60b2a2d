"""The console as an app: its manifest and icons, and one notification while nobody looks at the page."""

from __future__ import annotations

import re
import struct
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit, say

UNSEEN = "document.hasFocus = () => false;"
"""A headless browser always takes its page for the one that is looked at."""


def test_what_a_browser_asks_for_to_install_it_is_there(desk: OpenPage):
    seen = desk()
    seen.page.goto("/inbox")
    told: dict[str, Any] = seen.page.evaluate("""async () => {
      const at = document.querySelector("link[rel=manifest]").href;
      const manifest = await (await fetch(at)).json();
      const icons = manifest.icons.map((icon) => ({...icon, src: new URL(icon.src, at).href}));
      return {...manifest, icons, start: new URL(manifest.start_url, at).pathname};
    }""")
    assert (told["start"], told["scope"], told["display"]) == ("/inbox", "/", "standalone")
    sizes = set()
    for icon in told["icons"]:
        answer = seen.page.request.get(icon["src"])
        assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, icon["type"])
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", answer.body()[16:24])
            assert icon["sizes"] == f"{width}x{height}"
            sizes.add((width, icon.get("purpose", "any")))
    assert {(192, "any"), (512, "any"), (512, "maskable")} <= sizes
    seen.quiet()


def late(desk: OpenPage, buyer: str) -> tuple[Visit, str]:
    """Somebody who does not look at the page, and a conversation that will be near its deadline."""
    seen = desk(permissions=["notifications"])
    seen.page.add_init_script(UNSEEN)
    seen.page.goto("/settings/look")
    talk = say(seen, "我要找人工", buyer)
    return seen, talk


def notified(page: Page) -> list[list[Any]]:
    """The notifications shown now: title and what they open."""
    found: list[list[Any]] = page.evaluate("""async () => {
      const place = await navigator.serviceWorker.getRegistration();
      return place ? (await place.getNotifications()).map((one) => [one.title, one.data.url]) : [];
    }""")
    return found


def test_near_deadlines_are_told_in_one_notification_that_goes_when_they_are_answered(desk: OpenPage):
    seen, talk = late(desk, "notified")
    page = seen.page
    expect(page.get_by_text("已打开", exact=True)).to_be_visible()
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    second = say(seen, "我要找人工", "notified-too")
    seen.call("POST", f"/sim/{channel}/clock", {"advance_s": 110})
    expect(page.get_by_role("button", name=re.compile("即将超时"))).to_be_visible()
    for _ in range(50):
        if (shown := notified(page)) and "2" in shown[0][0]:
            break
        page.wait_for_timeout(100)
    assert shown == [["2 个会话即将超时", f"/inbox/{talk}"]]
    for one in (talk, second):
        seen.call("POST", f"/conversations/{one}/reply", {"text": "你的订单今天 16 点前发出，发中通", "then": "keep"})
    expect(page.get_by_role("button", name=re.compile("即将超时"))).to_have_count(0)
    for _ in range(50):
        if not notified(page):
            break
        page.wait_for_timeout(100)
    assert notified(page) == []
    seen.quiet()


def test_nothing_is_asked_before_somebody_presses(desk: OpenPage):
    seen = desk(alone=True)
    page = seen.page
    page.add_init_script("Notification.requestPermission = async () => { window.asked = true; return 'denied'; };")
    page.goto("/settings/look")
    say(seen, "我要找人工", "not-asked")
    page.wait_for_timeout(500)
    assert page.evaluate("window.asked") is None
    assert notified(page) == []
