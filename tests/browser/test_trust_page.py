"""Trust: each number of an entry opens the conversations behind it, and the past is played silently; by keyboard, in both
languages and schemes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


@looks
def test_a_number_opens_its_conversations_and_axe_finds_nothing(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    buyer = f"trusting-{place}-{scheme}"
    talk = say(seen, "发什么快递", buyer)
    for _ in range(100):
        counted = [one for one in seen.call("GET", f"/shops/{shop}/trust")["items"] if one["question"] == "发什么快递"]
        if counted and {
            one["id"] for one in seen.call("GET", f"/shops/{shop}/trust/{counted[0]['id']}?what=answered")["items"]
        } >= {talk}:
            break
        page.wait_for_timeout(100)
    lines = seen.call("GET", f"/conversations/{talk}")["lines"]
    seen.call(
        "POST", f"/conversations/{talk}/wrong", {"line": next(one["id"] for one in lines if one["sender"] == "bot")}
    )
    page.goto(f"/faq/trust?shop={shop}")
    row = page.get_by_role("row").filter(has_text="发什么快递")
    expect(row).to_have_count(1)
    found = {"page": findings(page)}
    row.locator("button.quiet").first.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name=buyer)).to_have_attribute("href", f"/inbox/{talk}")
    found["behind"] = findings(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    row.locator("button:not(.quiet)").press("Enter")
    expect(row.locator("button:not(.quiet)")).to_have_count(0)
    entry = f"/shops/{shop}/entries/{counted[0]['id']}"
    kept = seen.call("GET", entry)
    assert kept["mode"] == "suggest", "an entry that lost trust is only suggested from now on"
    page.get_by_role("status").locator("button").last.press("Enter")
    expect(row.locator("button:not(.quiet)")).to_have_count(1)
    assert seen.call("GET", entry)["mode"] == "auto"
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator("section.card .acts button").first.press("Enter")
    expect(page.locator("section.card table")).to_be_visible(timeout=20_000)
    found["shadow"] = findings(page)
    assert found == {name: [] for name in found}
    seen.quiet()
