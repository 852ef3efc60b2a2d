"""Finding from anywhere: two characters of Chinese are enough, and the conversation opens at the line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.test_composer_keys import compose, press_while_composing
from tests.browser.test_figures_pages import findings

WITHIN_S = 30
"""What was said is in the index some seconds later."""


def said(desk: OpenPage, buyer: str, text: str, **options) -> tuple[Visit, str]:
    """A buyer's words that the index knows, and the conversation."""
    seen = desk(**options)
    talk = say(seen, text, buyer)
    for _ in range(WITHIN_S * 4):
        if seen.call("GET", f"/messages/search?q={buyer.removeprefix('found-')}")["items"]:
            return seen, talk
        seen.page.wait_for_timeout(250)
    raise AssertionError("the index did not take the words in")


def field(page: Page) -> Locator:
    """Where one types what to find."""
    return page.get_by_role("combobox", name=re.compile("^找消息"))


def test_two_characters_are_found_and_the_line_is_shown(desk: OpenPage):
    seen, talk = said(desk, "found-a001", "我的袖口起球了 a001")
    page = seen.page
    page.goto("/rates")
    expect(page.get_by_role("button", name="查找").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("袖口")
    expect(page.get_by_role("option").filter(has_text="我的袖口起球了")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/inbox/{talk}\\?line="))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".line.named")).to_contain_text("我的袖口起球了")
    seen.quiet()


def test_a_line_far_back_is_fetched_and_shown(desk: OpenPage):
    seen, talk = said(desk, "found-b002", "最早说的这一句 b002")
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    for nth in range(130):
        seen.call("POST", f"/sim/{channel}/say", {"buyer": "found-b002", "text": f"第 {nth} 句"})
    line = seen.call("GET", "/messages/search?q=b002")["items"][-1]["id"]
    page = seen.page
    page.goto(f"/inbox/{talk}?line={line}")
    expect(page.locator(".line.named")).to_contain_text("最早说的这一句")
    expect(page.locator(".line.named")).to_be_in_viewport()


def test_pages_and_entries_are_found_too_and_nothing_is_said_so(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/inbox")
    expect(page.get_by_role("button", name="查找").first).to_be_visible()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("快捷")
    expect(page.get_by_role("option").first).to_contain_text("快捷短语")
    field(page).fill("发货")
    expect(page.get_by_text("知识", exact=True).last).to_be_visible()
    field(page).fill("没有人说过的话")
    expect(page.get_by_text("没有找到「没有人说过的话」。")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    seen.quiet()


def test_acts_are_found_and_done(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/rates")
    expect(page.get_by_role("button", name="查找").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("全部快捷键")
    expect(page.locator(".found")).to_have_text(["看全部快捷键"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    seen.quiet()


def test_what_can_be_done_to_the_open_conversation_is_found_and_done(desk: OpenPage):
    seen = desk()
    talk = say(seen, "我要找人工", "acted-on")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_role("button", name="接管")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("接管")
    expect(page.get_by_role("option").first).to_have_text("接管")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="交还机器人").first).to_be_visible()
    page.goto("/faq")
    expect(page.locator(".entry-row").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    expect(page.get_by_role("option").filter(has_text="明暗")).to_be_visible()
    expect(page.get_by_role("option").filter(has_text="交还机器人")).to_have_count(0)
    seen.quiet()


def test_entries_of_every_shop_one_sees_are_found(office: OpenPage):
    seen = office()
    for shop in ("east", "north"):
        seen.call("POST", f"/shops/{shop}/entries", {"question": f"金丝绒能水洗吗 {shop}", "answer": "能，30 度以下。"})
    page = seen.page
    page.goto("/inbox")
    expect(page.get_by_role("button", name="查找").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("金丝绒")
    for shop in ("east", "north"):
        expect(page.get_by_role("option").filter(has_text=f"金丝绒能水洗吗 {shop}")).to_be_visible()
    page.get_by_role("option").filter(has_text="金丝绒能水洗吗 north").click()
    page.wait_for_url(re.compile("/faq/.*shop=north"))
    seen.quiet()


def test_no_key_acts_while_an_input_method_composes(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/rates")
    expect(page.get_by_role("button", name="查找").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    compose(page, "fahuo")
    for key in ("ArrowDown", "Enter"):
        press_while_composing(page, key)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.url.endswith("/rates")


@pytest.mark.parametrize("width", [pytest.param(1360, id="wide"), pytest.param(390, id="phone")])
@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-US", "dark")])
def test_axe_finds_nothing_while_finding(desk: OpenPage, locale, scheme, width):
    seen, _ = said(desk, f"found-{width}", "找得到的一句 1360 390", locale=locale, color_scheme=scheme, width=width)
    page = seen.page
    page.goto("/inbox")
    page.get_by_role("button", name=re.compile("^(查找|Find)$")).locator("visible=true").first.click()
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.insert_text("找得到")
    expect(page.get_by_role("option").filter(has_text="找得到的一句").first).to_be_visible()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.quiet()
