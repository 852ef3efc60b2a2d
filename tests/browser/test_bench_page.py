"""The test bench by keyboard: a set kept as cases, a run that shows what changed, a threshold moved, in both languages."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


def test_a_set_is_kept_run_and_run_again_after_a_change(desk: OpenPage):
    seen = desk()
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    entry = seen.call("POST", f"/shops/{shop}/entries", {"question": "能定制礼盒吗", "answer": "可以。"})
    say(seen, "能定制礼盒吗", "gifts")
    page.goto(f"/faq?shop={shop}")
    page.get_by_role("link", name="测试台").press("Enter")
    expect(page.get_by_role("heading", name="测试台")).to_be_visible()
    expect(page.get_by_role("button", name="跑一遍")).to_be_disabled()

    page.get_by_label("粘贴题目").fill("能定制礼盒吗 | 能定制礼盒吗\n礼盒上写名字要钱吗|能定制礼盒吗\n我要投诉你们")
    page.get_by_label("留作用例，以后每次改动都先试").press("Space")
    page.locator("form").get_by_role("button", name="试", exact=True).press("Enter")
    expect(page.get_by_text("已留作用例")).to_be_visible()
    expect(page.get_by_role("heading", name="用例 3 个")).to_be_visible()
    run = page.get_by_role("button", name="跑一遍")
    run.press("Enter")
    section = page.locator("section.card", has=run)
    expect(section).to_contain_text("答对 2")
    expect(section.get_by_role("row").filter(has_text="礼盒上写名字要钱吗")).to_contain_text("没答")

    taught = {
        "question": "能定制礼盒吗",
        "answer": "可以。",
        "phrasings": ["礼盒上写名字要钱吗"],
        "version": entry["version"],
    }
    seen.call("PUT", f"/shops/{shop}/entries/{entry['id']}", taught)
    run.press("Enter")
    expect(section).to_contain_text("答对 3")
    row = section.get_by_role("row").filter(has_text="礼盒上写名字要钱吗")
    expect(row).to_contain_text(re.compile("答对.*没答"))
    expect(section.get_by_role("heading", name="把握准不准")).to_be_visible()

    slider = page.get_by_label(re.compile("^阈值 [0-9]+"))
    slider.press("End")
    losses = page.locator("details", has_text="答错、不再回答")
    expect(losses.locator("summary")).to_contain_text(re.compile("[1-9]"))
    expect(page.get_by_role("row").filter(has_text="换成 100")).to_be_visible()
    page.get_by_role("button", name="改成 100").press("Enter")
    dialog = page.get_by_role("dialog", name="改动会影响什么")
    expect(dialog).to_contain_text("个用例会出错")
    page.keyboard.press("Escape")
    assert seen.call("GET", "/shops")[0]["threshold"] != 100
    seen.quiet()


@looks
def test_axe_finds_nothing_at_the_bench(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    entry = seen.call("GET", f"/shops/{shop}/entries?limit=1")["items"][0]
    seen.call("POST", f"/shops/{shop}/gate-cases", {"question": entry["question"], "expected": entry["id"]})
    page.goto(f"/faq/bench?shop={shop}")
    page.locator("button.primary").click()
    expect(page.locator("h3")).to_be_visible()
    expect(page.locator("input[type=range]")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    assert findings(page) == []
    seen.quiet()
