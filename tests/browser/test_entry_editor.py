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
    "商品编号": "sku-1\nsku-2",
}

SHOWN_ONLY = ("id", "shop", "changed_by", "changed_at", "hits_7d", "missing_fields")


def opened(seen: Visit, path: str) -> Page:
    """The editor with its seldom needed part open."""
    seen.page.goto(path)
    seen.page.get_by_text("反例问、关键词、商品、有效期、单独阈值").click()
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
    page.get_by_label("给某个平台另写一个回答…").select_option("快手")
    page.get_by_label("快手的回答", exact=True).fill("可以，补 8 元差价。")
    page.get_by_role("button", name="保存").click()
    asked = page.get_by_role("dialog", name="这条回答有要留意的地方")
    expect(asked).to_contain_text("在这里用不到")
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="保存").click()
    asked.get_by_role("button", name="仍然保存").press("Enter")
    page.wait_for_url(lambda url: "/faq/new" not in url)
    entry = page.url.rpartition("/")[2].partition("?")[0]
    kept = seen.call("GET", f"/shops/{shop}/entries/{entry}")
    assert (kept["not_this"], kept["products"]) == (["退货要运费吗"], ["sku-1", "sku-2"])
    assert (kept["variants"], kept["version"]) == ({"kuaishou": "可以，补 8 元差价。"}, 1), (
        "closed without an answer it was not saved"
    )
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
    page.get_by_text("历史版本（现在是 v2）").click()
    page.get_by_text("和 v1 的差别").click()
    changes = page.locator(".changes")
    expect(changes.locator("del")).to_have_text(["可以，补 10 元差价。"])
    expect(changes.locator("ins")).to_have_text(["可以，补 12 元差价。"])
    seen.quiet()
    saved_over(seen, f"/shops/{shop}/entries/{entry}")


def saved_over(seen: Visit, entry: str) -> None:
    """Somebody saves first: both texts are seen side by side, nothing typed is lost, and either can be kept."""
    page, theirs, ours = seen.page, "可以，补 15 元差价。", "可以，补 9 元差价。"
    now = seen.call("GET", entry)
    written = {name: now[name] for name in now if name not in SHOWN_ONLY}
    seen.call("PUT", entry, {**written, "answer": theirs, "reason": "涨价"})
    seen.expected.append(f"/api/v1{entry}")
    answer = page.get_by_label("回答", exact=True)
    answer.fill(ours)
    page.get_by_role("button", name="保存").click()
    clash = page.get_by_role("status").filter(has_text="已先保存（v3）")
    expect(clash.locator("del")).to_have_text([theirs])
    expect(clash.locator("ins")).to_have_text([ours])
    expect(answer).to_have_value(ours)
    assert seen.call("GET", entry)["answer"] == theirs
    clash.get_by_role("button", name="改用对方的").click()
    expect(answer).to_have_value(theirs)
    expect(clash).to_have_count(0)
    answer.fill(ours)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，马上生效").last).to_be_visible()
    expect(page.get_by_text("历史版本（现在是 v4）")).to_be_visible()
    assert seen.call("GET", entry)["answer"] == ours
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
