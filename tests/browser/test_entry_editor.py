"""The entry editor writes all that an entry can hold, says what cannot be, and loses nothing it does not show."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit

FILLED = {
    "反例问": "退货要运费吗",
    "顺序词": "寄…顺丰",
    "完全一致": "能寄顺丰吗\n发顺丰不",
    "正则": "顺丰.{0,3}(行|能)",
    "优先级": "3",
}


def opened(seen: Visit, path: str) -> Page:
    """The editor with its seldom needed part open."""
    seen.page.goto(path)
    seen.page.get_by_text("反例问、关键词、有效期、单独阈值").click()
    return seen.page


def saved(page: Page) -> str:
    """Save; the entry's id."""
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    expect(page).not_to_have_url("/faq/new")
    page.wait_for_url(lambda url: "/faq/new" not in url)
    return page.url.rpartition("/")[2].partition("?")[0]


def test_words_in_order_whole_questions_patterns_and_what_it_is_not(desk: OpenPage):
    seen = desk()
    shop = seen.call("GET", "/shops")[0]["id"]
    page = opened(seen, "/faq/new")
    page.get_by_label("标准问").fill("可以寄顺丰吗")
    page.get_by_label("回答", exact=True).fill("可以，补 10 元差价。")
    for label, value in FILLED.items():
        page.get_by_label(label, exact=True).fill(value)
    entry = saved(page)
    kept = seen.call("GET", f"/shops/{shop}/entries/{entry}")
    assert kept["not_this"] == ["退货要运费吗"]
    words = {name: kept["keywords"][name] for name in ("ordered", "exact", "pattern", "priority")}
    assert words == {
        "ordered": ["寄…顺丰"],
        "exact": ["能寄顺丰吗", "发顺丰不"],
        "pattern": ["顺丰.{0,3}(行|能)"],
        "priority": 3,
    }
    opened(seen, f"/faq/{entry}")
    for label, value in FILLED.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    page.get_by_label("回答", exact=True).fill("可以，补 12 元差价。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    again = seen.call("GET", f"/shops/{shop}/entries/{entry}")
    assert (again["not_this"], again["keywords"]) == (kept["not_this"], kept["keywords"])
    assert again["answer"] == "可以，补 12 元差价。"
    seen.quiet()


def test_a_pattern_that_cannot_be_read_is_refused_in_words_and_nothing_is_lost(desk: OpenPage):
    seen = desk()
    page = opened(seen, "/faq/new")
    page.get_by_label("标准问").fill("能开专票吗")
    page.get_by_label("回答", exact=True).fill("能。")
    page.get_by_label("正则", exact=True).fill("专票(")
    seen.expected.append("/gate/preview")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("专票(")
    expect(page.get_by_label("标准问")).to_have_value("能开专票吗")
    page.get_by_label("正则", exact=True).fill("专票")
    saved(page)
    seen.quiet()
