"""Every page of figures in both languages and schemes, wide and narrow: whole, quiet, and without a finding of axe."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit
from tests.browser.looks import sized_looks
from tests.browser.test_every_page import BARE_KEY, TOO_WIDE

AXE = Path(__file__).parent / "axe"
PAGES = {
    "/rates?shop={shop}&compare=1": ("数据", "Metrics"),
    "/rates/forecast?shop={shop}": ("余量与预测", "Forecast"),
    "/rates/night?shop={shop}": ("夜间待办", "Night list"),
    "/rates/rules?shop={shop}": ("考核规则", "Rules"),
    "/rates/rules?shop={shop}&change=deadline.seconds": ("回复期限", "Reply deadline"),
    "/rates/statements?shop={shop}": ("平台对账", "Statements"),
    "/rates/reports?shop={shop}": ("报备", "Reports"),
    "/rates/wall?shop={shop}": ("大屏", "Wall screen"),
    "/rates/wall?all=1": ("大屏", "Wall screen"),
}


def addresses(seen: Visit, shop: str) -> dict[str, tuple[str, str]]:
    """Every page for a shop, and one of its inquiries explained."""
    found = {path.format(shop=shop): titles for path, titles in PAGES.items()}
    inquiry = seen.call("GET", f"/inquiries?shop={shop}&days=30")["items"]
    if shop == "north":
        found["/rates?shop=team"] = PAGES["/rates?shop={shop}&compare=1"]
    return found | ({f"/rates/inquiries/{inquiry[0]['id']}": ("为什么这样判定", "Why this verdict")} if inquiry else {})


def opened(seen: Visit, path: str, title: str) -> None:
    """Go there and wait until all of it is shown."""
    seen.page.goto(path)
    expect(seen.page.get_by_role("heading", name=title).first).to_be_attached()
    expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0)


@sized_looks
def test_every_page_of_figures_is_whole_and_axe_finds_nothing(office: OpenPage, width, place, locale, scheme):
    seen = office(locale=locale, color_scheme=scheme, width=width)
    found = {}
    for path, titles in addresses(seen, "north").items():
        opened(seen, path, titles[place])
        assert seen.page.evaluate(TOO_WIDE) <= 0, path
        seen.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found[path] = findings(seen.page)
        # Parameters go by their own names beside their words.
        seen.page.evaluate("document.querySelectorAll('code').forEach((name) => name.remove())")
        shown = seen.page.locator("#app").inner_text()
        assert not BARE_KEY.search(shown), f"{path}: {BARE_KEY.search(shown)}"
        assert not re.search(r"undefined|NaN|\[object|\{\w+\}", shown), path
    assert found == {path: [] for path in found}
    seen.quiet()


@pytest.mark.parametrize(
    ("locale", "value", "standard", "verdict"),
    [("zh-CN", "要点答全", "≥ 95.00%", "未达标"), ("en-US", "Answered in full", "≥ 95.00%", "not met")],
)
def test_a_graded_team_sees_each_metric_and_what_is_behind_it(office: OpenPage, locale, value, standard, verdict):
    seen = office(locale=locale)
    page = seen.page
    page.goto("/rates?shop=team")
    table = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile("KPI")))
    row = table.get_by_role("row").filter(has_text=value)
    expect(row).to_contain_text(standard)
    waited = table.get_by_role("row").filter(has_text="05:00")
    expect(waited).to_contain_text("≤ 0")
    expect(waited).to_contain_text(verdict)
    waited.get_by_role("link").click()
    seen_now = {one["id"] for one in seen.call("GET", "/inquiries?shop=team&reason=violation")["items"]}
    expect(page.locator("tbody tr").filter(has=page.locator("time"))).to_have_count(len(seen_now))
    assert len(seen_now) == 3, "late, answered by the bot alone, and never answered"
    page.goto("/rates?shop=north")
    expect(page.get_by_role("heading", name=re.compile("KPI"))).to_have_count(0)
    seen.quiet()


@pytest.mark.parametrize("shop", ["quiet", "west", "south"])
def test_pages_of_shops_with_little_to_tell(office: OpenPage, shop):
    seen = office(width=320, locale="en-US")
    for path, titles in addresses(seen, shop).items():
        opened(seen, path, titles[1])
        assert seen.page.evaluate(TOO_WIDE) <= 0, path
    seen.quiet()


def test_axe_is_the_one_listed():
    listed = json.loads((AXE / "axe.json").read_text("utf-8"))
    assert hashlib.sha256((AXE / listed["file"]).read_bytes()).hexdigest() == listed["sha256"]


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds on a page: its rule, and the first places."""
    page.evaluate((AXE / "axe.min.js").read_text("utf-8"))
    told = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in told["violations"]]


def test_axe_would_find_something(office: OpenPage):
    seen = office()
    opened(seen, "/rates/forecast?shop=north", "余量与预测")
    seen.page.evaluate("document.querySelector('h1').append(document.createElement('input'))")
    assert "label" in {rule for rule, _ in findings(seen.page)}
