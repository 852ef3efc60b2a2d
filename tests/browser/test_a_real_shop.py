"""A real shop at the console: its sample facts are confirmed first, its drafts wait for a person's key."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Visit


@pytest.fixture
def real(desk: OpenPage):
    """The desk, and a real shop with a pack nobody has looked through; its id is ``flagship``."""
    seen = desk()
    if not any(shop["id"] == "flagship" for shop in seen.call("GET", "/shops")):
        seen.call("POST", "/shops", {"id": "flagship", "name": "小鹿旗舰店", "platform": "kuaishou"})
        seen.call("POST", "/shops/flagship/packs/clothing")
    return seen


def left_to_confirm(seen: Visit) -> int:
    """How many facts answers use that no person has confirmed."""
    return len([f for f in seen.call("GET", "/shops/flagship/fields") if f["used_by"] and not f["confirmed"]])


@pytest.mark.parametrize("place", ["/faq?shop=flagship", "/settings/shops"])
def test_one_click_leads_to_the_unconfirmed_fields(real: Visit, place):
    page = real.page
    page.goto(place)
    expect(page.get_by_text(f"这家店还有 {left_to_confirm(real)} 个字段没确认")).to_be_visible()
    page.get_by_role("link", name="去确认").click()
    expect(page).to_have_url(re.compile(r"/settings/fields\?shop=flagship"))
    expect(page.get_by_role("heading", name="字段")).to_be_visible()
    real.quiet()


def test_who_brought_an_entry_is_said_in_words(real: Visit):
    real.page.goto("/faq?shop=flagship")
    row = real.page.locator(".entry-row").first
    expect(row).to_contain_text("模板")
    expect(row).not_to_contain_text("pack:")


def test_a_pack_for_a_real_shop_goes_on_to_its_fields(real: Visit):
    page = real.page
    page.goto("/start?step=pack&shop=flagship")
    page.get_by_role("button", name=re.compile("^服饰鞋包")).click()
    expect(page).to_have_url(re.compile(r"/settings/fields\?shop=flagship"))
    real.quiet()


def test_confirmed_fields_are_asked_for_no_more(real: Visit):
    page = real.page
    page.goto("/settings/fields?shop=flagship")
    while left_to_confirm(real):
        before = left_to_confirm(real)
        page.get_by_role("button", name=re.compile("^确认这")).click()
        expect(page.get_by_text("已确认，回答马上用新值").first).to_be_visible()
        assert left_to_confirm(real) < before
        page.reload()
    page.goto("/faq?shop=flagship")
    expect(page.locator(".entry-row").first).to_be_visible()
    expect(page.get_by_role("link", name="去确认")).to_have_count(0)
    real.quiet()
