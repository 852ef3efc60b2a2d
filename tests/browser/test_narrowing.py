"""The list of conversations narrowed by reason, label and platform: chosen by key, kept in the address, taken away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.test_figures_pages import findings


def label(seen: Visit, talk: str) -> None:
    """Put a label on the buyer of a conversation."""
    seen.call("PUT", f"/conversations/{talk}/buyer", {"note": "", "labels": ["老客"]})


def opened_filter(page: Page, talk: str) -> Locator:
    """Open the filter by its key, once this conversation is listed."""
    page.goto("/inbox")
    expect(page.locator(f'[data-talk="{talk}"]')).to_be_visible()
    page.keyboard.press("f")
    return page.get_by_role("dialog", name="筛选")


def test_the_list_is_narrowed_by_key_and_the_address_keeps_it(desk: OpenPage):
    seen = desk()
    person, photo = say(seen, "我要找人工", "narrow-person"), say(seen, "要投诉你们", "narrow-upset")
    label(seen, photo)
    page = seen.page
    dialog = opened_filter(page, person)
    expect(dialog.get_by_label("转人工原因")).to_be_focused()
    dialog.get_by_label("标签").select_option("老客")
    dialog.get_by_label("标签").focus()
    dialog.get_by_role("button", name="筛选", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("label="))
    expect(page.locator("[data-talk]")).to_have_count(1)
    expect(page.locator(f'[data-talk="{photo}"]')).to_be_visible()
    page.reload()
    expect(page.locator(f'[data-talk="{photo}"]')).to_be_visible()
    expect(page.locator("[data-talk]")).to_have_count(1)

    page.keyboard.press("f")
    dialog.get_by_label("排序").select_option("等待最久")
    dialog.get_by_role("button", name="筛选", exact=True).click()
    page.wait_for_url(re.compile("order=longest"))
    expect(page.locator(".order")).to_contain_text("等待最久")
    expect(page.locator(f'[data-talk="{photo}"]')).to_be_visible()

    page.goto("/inbox?reason=stale&label=老客")
    expect(page.get_by_text("没有符合筛选的会话。")).to_be_visible()
    page.get_by_role("link", name="去掉筛选：回答已过时").click()
    expect(page.locator(f'[data-talk="{photo}"]')).to_be_visible()
    page.get_by_role("link", name="去掉筛选：老客").click()
    expect(page.locator(f'[data-talk="{person}"]')).to_be_visible()
    seen.quiet()


def test_news_of_the_feed_empties_no_half_filled_form(desk: OpenPage):
    """The dialog is drawn again while a person chooses; what is chosen stays."""
    seen = desk()
    talk = say(seen, "我要找人工", "narrow-kept")
    label(seen, talk)
    page = seen.page
    dialog = opened_filter(page, talk)
    dialog.get_by_label("标签").select_option("老客")
    page.evaluate("""async () => {
      const {shops} = await import(document.querySelector('script[type=module]').src.replace('app.js', 'lib/session.js'));
      shops.value = [...shops.value];
    }""")
    expect(dialog.get_by_label("标签")).to_have_value("老客")
    seen.quiet()


@pytest.mark.parametrize("width", [pytest.param(1360, id="wide"), pytest.param(390, id="phone")])
@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "dark"), ("en-US", "light")])
def test_axe_finds_nothing_while_narrowing(desk: OpenPage, locale, scheme, width):
    seen = desk(locale=locale, color_scheme=scheme, width=width)
    say(seen, "我要找人工", f"narrow-{scheme}-{width}")
    page = seen.page
    page.goto("/inbox?reason=asked_for_person")
    expect(page.locator("[data-talk]").first).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("dialog").locator("select").first).to_be_focused()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.quiet()
