"""A change that would break a case is shown before it is made, by keyboard alone; it takes a reason, and one click goes back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


def made(seen: Visit, question: str, answer: str = "好的。") -> tuple[str, str]:
    """A shop and a new entry of it."""
    shop = seen.call("GET", "/shops")[0]["id"]
    return shop, seen.call("POST", f"/shops/{shop}/entries", {"question": question, "answer": answer})["id"]


def test_a_planted_regression_is_told_by_keyboard_and_taken_back_with_one_click(desk: OpenPage):
    seen = desk()
    shop, entry = made(seen, "能寄到海岛上吗")
    case = {"question": "海岛能寄不", "expected": entry}
    seen.call(
        "PUT",
        f"/shops/{shop}/entries/{entry}",
        {"question": "能寄到海岛上吗", "answer": "能。", "phrasings": ["海岛能寄不"], "version": 1},
    )
    seen.call("POST", f"/shops/{shop}/gate-cases", case)
    page = seen.page
    page.goto(f"/faq/{entry}?shop={shop}")
    phrasings = page.get_by_label("相似问法")
    expect(phrasings).to_have_value("海岛能寄不")
    phrasings.fill("")
    page.get_by_label("标准问").fill("新疆西藏包邮吗")
    page.get_by_label("标准问").press("Enter")
    dialog = page.get_by_role("dialog", name="改动会影响什么")
    expect(dialog).to_contain_text("有 1 个用例会出错")
    expect(dialog).to_contain_text("海岛能寄不")
    expect(dialog).to_contain_text(re.compile("现在：新疆西藏包邮吗 → 改后：(?!新疆西藏包邮吗)"))
    why = dialog.get_by_label("为什么可以这样")
    expect(why).to_be_focused()

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert seen.call("GET", f"/shops/{shop}/entries/{entry}")["version"] == 2, (
        "closed without an answer nothing is saved"
    )

    page.get_by_label("标准问").press("Enter")
    expect(why).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("请写明原因。")
    expect(why).to_be_focused()
    page.keyboard.type("海岛不寄了")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    expect(dialog).to_have_count(0)
    passes = seen.call("GET", f"/shops/{shop}/gate/passes")["items"]
    assert [told["ref"] for told in passes if told["why"] == "海岛不寄了"] == [entry]

    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已恢复到 v2")).to_be_visible()
    expect(page.get_by_label("标准问")).to_have_value("能寄到海岛上吗")
    seen.quiet()


def test_what_real_questions_would_lose_is_shown_though_no_case_breaks(desk: OpenPage):
    seen = desk()
    shop, entry = made(seen, "可以刻字吗", "可以，备注写上。")
    say(seen, "可以刻字吗", "engraver")
    page = seen.page
    page.goto(f"/faq/{entry}?shop={shop}")
    page.get_by_role("button", name="删除").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("不再回答")
    expect(dialog).to_contain_text("可以刻字吗")
    expect(dialog.get_by_label("为什么可以这样")).to_have_count(0)
    dialog.get_by_role("button", name="看过了，保存").click()
    page.wait_for_url(re.compile(r"/faq\?"))
    assert seen.call("GET", f"/shops/{shop}/entries/{entry}")["status"] == "deleted"
    seen.quiet()


def test_words_that_go_to_people_are_played_before_they_are_saved(desk: OpenPage):
    seen = desk()
    shop, entry = made(seen, "可以刻字吗", "可以，备注写上。")
    seen.call("POST", f"/shops/{shop}/gate-cases", {"question": "可以刻字吗", "expected": entry})
    page = seen.page
    page.goto(f"/settings/lists?shop={shop}")
    words = page.get_by_role("group").filter(has_text="敏感词 · 话里有就算")
    words.get_by_text("敏感词 · 话里有就算").click()
    words.get_by_label("本店加的词").fill("刻字")
    words.get_by_label("本店去掉的自带词").fill("没有的词")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("「没有的词」不在「敏感词 · 话里有就算」自带的词里")
    words.get_by_label("本店去掉的自带词").fill("")
    page.get_by_role("button", name="保存").click()
    dialog = page.get_by_role("dialog", name="改动会影响什么")
    dialog.get_by_label("为什么可以这样").fill("刻字要人看过")
    dialog.get_by_role("button", name="照样保存").click()
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    assert seen.call("GET", f"/shops/{shop}/lists")["added"] == {"sensitive": ["刻字"]}
    reasons = [told["why"] for told in seen.call("GET", f"/shops/{shop}/gate/passes")["items"]]
    assert reasons.count("刻字要人看过") == 1
    expect(words).to_contain_text("加 1 · 去 0")
    seen.quiet()


def test_the_check_lists_faults_and_opens_their_entries(desk: OpenPage):
    seen = desk()
    shop, first = made(seen, "有没有赠品")
    _, second = made(seen, "有没有赠品？！", "没有。")
    page = seen.page
    page.goto(f"/faq?shop={shop}")
    page.get_by_role("link", name="检查").click()
    fault = page.get_by_role("listitem").filter(has_text="两条里都有").filter(has_text="有没有赠品")
    expect(fault).to_have_count(1, timeout=20_000)
    fault.get_by_role("link", name="打开这条").click()
    page.wait_for_url(re.compile(f"/faq/({first}|{second})"))
    seen.call("DELETE", f"/shops/{shop}/entries/{second}?reason=x")
    page.go_back()
    page.get_by_role("button", name="再查一次").click()
    expect(fault).to_have_count(0, timeout=20_000)
    seen.quiet()


@looks
def test_axe_finds_nothing_in_report_and_check(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    page = seen.page
    shop, entry = made(seen, f"能开收据吗 {place} {scheme}")
    seen.call("POST", f"/shops/{shop}/gate-cases", {"question": f"能开收据吗 {place} {scheme}", "expected": entry})
    page.goto(f"/faq/{entry}?shop={shop}")
    expect(page.locator("input[maxlength='200']")).not_to_have_value("")
    page.locator("form .acts.end button").first.click()
    expect(page.locator("dialog textarea")).to_be_focused()
    found = {"report": findings(page)}
    page.keyboard.press("Escape")
    page.goto(f"/faq/check?shop={shop}")
    expect(page.locator(".page .listed, .page .empty:not([aria-busy])").first).to_be_visible(timeout=20_000)
    found["check"] = findings(page)
    page.goto(f"/faq?shop={shop}")
    page.locator(".windowed .entry-pick input").first.check()
    expect(page.locator("[role=toolbar]")).to_be_visible()
    found["table"] = findings(page)
    page.goto(f"/faq/import?shop={shop}")
    rows = f"问题,答案,状态\n能开收据吗 {place} {scheme},能{{谁}}。,停用\n没答案,,\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode("gbk")}
    )
    page.locator("summary").first.click()
    expect(page.locator(".cells ins").first).to_be_visible()
    found["import"] = findings(page)
    page.goto(f"/faq/{entry}?shop={shop}")
    page.locator(".add-variant").select_option("taobao")
    page.locator(".variant textarea").fill("能。")
    page.locator("form .acts.end button").last.click()
    expect(page.locator("dialog[open] .acts.end")).to_be_visible()
    found["remarks"] = findings(page)
    assert found == {name: [] for name in found}
    seen.quiet()
