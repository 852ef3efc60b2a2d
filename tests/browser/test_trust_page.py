"""Trust: each number of an entry opens the conversations behind it, by keyboard, in both languages and schemes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, say
from tests.browser.test_figures_pages import findings, looks


@looks
def test_a_number_opens_its_conversations_and_axe_finds_nothing(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    buyer = f"trusting-{place}-{scheme}"
    talk = say(seen, "发什么快递", buyer)
    page.goto(f"/faq/trust?shop={shop}")
    row = page.get_by_role("row").filter(has_text="发什么快递")
    expect(row).to_have_count(1)
    found = {"page": findings(page)}
    row.get_by_role("button").first.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name=buyer)).to_have_attribute("href", f"/inbox/{talk}")
    found["behind"] = findings(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert found == {name: [] for name in found}
    seen.quiet()
