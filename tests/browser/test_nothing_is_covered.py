"""What floats covers nothing that is pressed, labels fit their places, and names are readable or absent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Visit, say

TOO_WIDE = (
    "Math.max(...[document.documentElement, document.querySelector('main')].map((e) => e.scrollWidth - e.clientWidth))"
)
COVERED = """() => {
  const toast = document.querySelector(".alarm").getBoundingClientRect();
  const pressed = [...document.querySelectorAll(".composer button, .composer textarea, .bar button, .rail a")];
  return pressed.filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.left < toast.right && box.right > toast.left && box.top < toast.bottom && box.bottom > toast.top;
  }).map((one) => one.textContent || one.tagName);
}"""
CUT = """() => [...document.querySelectorAll(".rail .place")].filter((place) => {
  const word = document.createRange();
  word.selectNodeContents(place.querySelector("span"));
  return place.offsetWidth && word.getBoundingClientRect().width > place.offsetWidth;
}).map((place) => place.textContent)"""
HALF_NAMES = """() => [...document.querySelectorAll(".row .shop")].filter((name) => {
  const line = name.parentElement.getBoundingClientRect(), box = name.getBoundingClientRect();
  const absent = box.top >= line.bottom;
  return !absent && name.scrollWidth > name.clientWidth && box.width < 48;
}).map((name) => name.textContent)"""
HALF_TABLES = """() => [...document.querySelectorAll("main .scroll > table")].filter((table) => {
  const rows = [...table.querySelectorAll("tr")].filter((row) => row.offsetWidth);
  return rows.some((row) => row.offsetWidth < table.offsetWidth - 2);
}).map((table) => table.innerText.slice(0, 40))"""
NARROWEST = [
    "/inbox",
    "/faq",
    "/faq/new",
    "/rates?simulated=1",
    "/simulator",
    "/deliveries",
    "/settings/shops",
    "/settings/people",
]


def near_its_deadline(seen: Visit, buyer: str) -> str:
    """A conversation with less than 90 s left; its id."""
    talk = say(seen, "我要找人工", buyer)
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    seen.call("POST", f"/sim/{channel}/clock", {"advance_s": 100})
    return talk


@pytest.mark.parametrize(
    ("locale", "one"), [("zh-CN", "1 个会话即将超时"), ("en-US", "1 conversation is about to be overdue")]
)
def test_the_alarm_covers_nothing_at_any_size(desk: OpenPage, locale, one):
    seen = desk(locale=locale, width=1360, height=760)
    page = seen.page
    talk = near_its_deadline(seen, f"alarm-{locale}")
    page.goto(f"/inbox/{talk}")
    for width, height in [(1360, 860), (1360, 760), (1000, 700), (800, 700), (390, 800), (320, 700)]:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".alarm")).to_have_text(one)
        assert page.evaluate(COVERED) == [], f"{width} × {height}"
    seen.quiet()


@pytest.mark.parametrize("width", [1360, 1000, 390])
def test_a_row_shows_the_shops_name_readably_or_not_at_all(desk: OpenPage, width):
    seen = desk(locale="en-US", width=width)
    shop = seen.call("GET", "/shops")[0]["id"]
    seen.call("PATCH", f"/shops/{shop}", {"name": "The Little Deer Flagship Store"})
    say(seen, "什么时候发货", f"named-{width}")
    seen.page.goto("/inbox")
    expect(seen.page.get_by_text("Bot answered · owed").first).to_be_visible()
    assert seen.page.evaluate(HALF_NAMES) == []


@pytest.mark.parametrize("width", [1360, 320])
@pytest.mark.parametrize("place", ["/inbox", "/simulator", "/deliveries"])
def test_the_rails_words_fit_also_when_chosen(desk: OpenPage, place, width):
    seen = desk(locale="en-US", width=width)
    seen.page.goto(place)
    expect(seen.page.locator(".place[aria-current=page]")).to_be_visible()
    assert seen.page.evaluate(CUT) == []


@pytest.mark.parametrize("path", ["/rates?shop=east", "/rates/rules?shop=east", "/rates/night?shop=night"])
def test_a_table_fills_its_card(office: OpenPage, path):
    page = office(width=1360).page
    page.goto(path)
    expect(page.locator("main .scroll > table").last.locator("tr").last).to_be_visible()
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    assert page.evaluate(HALF_TABLES) == []


def test_the_narrowest_page_is_whole(desk: OpenPage):
    seen = desk(locale="en-US", width=320, height=700)
    talk = say(seen, "我要找人工", "Dorothy with a name of many words")
    for path in [*NARROWEST, f"/inbox/{talk}"]:
        seen.page.goto(path)
        expect(seen.page.locator("main :is(h1, h2)").first).to_be_attached()
        expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0)
        if path == "/simulator":
            seen.page.get_by_role("button", name="什么时候发货").click()
            expect(seen.page.locator(".wire details")).not_to_have_count(0)
        assert seen.page.evaluate(TOO_WIDE) <= 0, path
    title = seen.page.locator(".bar .grow")
    assert title.bounding_box()["width"] >= 180, "who is talking is squeezed beside the buttons"
    seen.quiet()


def test_a_dialog_that_is_asked_for_while_another_one_closes_stays(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/inbox")
    expect(page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    page.evaluate(
        """() => {
          document.querySelector("dialog").close();
          document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "?", bubbles: true}));
        }"""
    )
    page.wait_for_timeout(300)
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    seen.quiet()
