"""答错了: one key on what the bot said begins a correction and tells who else got it; an operator decides on the entry."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


def reply_field(page: Page):
    """Where a reply is written."""
    return page.get_by_label("回复", exact=True)


def test_one_key_begins_a_correction_and_an_operator_confirms_the_proposal(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    shop = seen.call("GET", "/shops")[0]["id"]
    other = say(seen, "什么时候发货", "misled-too")
    talk = say(seen, "啥时候能发货呀", "misled")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    answer = page.locator("article.line.bot")
    expect(answer.get_by_role("button", name="答错了")).to_be_visible()
    reply_field(page).fill("亲，")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    panel = page.get_by_role("region", name="答错了")
    expect(panel).to_contain_text("「啥时候能发货呀」已留作用例")
    expect(reply_field(page)).to_have_value(re.compile("^刚才关于「.+」的自动回复不准确，以这条为准：亲，$"))
    expect(reply_field(page)).to_be_focused()
    expect(answer.get_by_role("button", name="已标为答错")).to_be_visible()
    expect(page.get_by_text("更正只有开头：写上正确的答复再发。")).to_have_count(0)
    reply_field(page).fill(reply_field(page).input_value().removesuffix("亲，"))
    expect(page.get_by_text("更正只有开头：写上正确的答复再发。")).to_be_visible()
    expect(page.get_by_text(re.compile("发出会计入$"))).to_have_count(0)
    expect(panel.get_by_role("link", name="misled-too")).to_have_attribute(
        "href", re.compile(f"^/inbox/{other}[?]line=")
    )
    expect(panel.get_by_role("radio", name=re.compile("加反例问"))).to_be_checked()
    expect(panel).to_contain_text("运营确认后才会改动知识。")

    panel.get_by_role("radio", name=re.compile("阈值")).check()
    expect(panel.get_by_text(re.compile("^阈值提高到 [0-9]+$"))).to_be_visible()
    nearest = panel.get_by_label("本该怎么答").locator("option").nth(1).get_attribute("value")
    with page.expect_response(re.compile("/wrong$")):
        panel.get_by_label("本该怎么答").select_option(nearest)
    expect(panel.get_by_label("本该怎么答")).to_have_value(nearest)
    [case] = seen.call("GET", f"/shops/{shop}/gate-cases")["items"]
    assert (case["question"], case["expected"]) == ("啥时候能发货呀", nearest)
    reply_field(page).fill("刚才说得不准，你这单今天 16 点前从杭州仓发出")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^计入 · "))).to_be_visible()

    operator = colleague(seen, "小运", role="operator")
    operator.page.goto(f"/faq?shop={shop}")
    [proposal] = seen.call("GET", f"/shops/{shop}/proposals")["items"]
    item = operator.page.locator(".proposals li", has_text="有人问「啥时候能发货呀」").first
    expect(item).to_contain_text(f"阈值提高到 {proposal['value']['threshold']:g}")
    assert seen.call("GET", f"/shops/{shop}/entries/{proposal['entry']}")["threshold"] is None
    item.get_by_role("button", name="确认").click()
    gate = operator.page.get_by_role("dialog", name="改动会影响什么")
    expect(gate).to_contain_text("啥时候能发货呀")
    gate.get_by_role("button", name="看过了，保存").click()
    expect(operator.page.get_by_text("已改动知识，马上生效")).to_be_visible()
    assert seen.call("GET", f"/shops/{shop}/entries/{proposal['entry']}")["threshold"] == proposal["value"]["threshold"]
    operator.page.get_by_text("留作用例的问题 · 1 条").click()
    operator.page.locator(".proposals details").get_by_role("button", name="删除").click()
    expect(operator.page.locator(".proposals")).to_have_count(0)
    assert seen.call("GET", f"/shops/{shop}/gate-cases")["items"] == []
    seen.quiet()
    operator.quiet()


def test_the_arrows_choose_which_line_a_key_means(desk: OpenPage):
    seen = desk()
    talk = say(seen, "能开发票吗", "chosen-line")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    answers = page.locator("article.line.bot")
    expect(answers).to_have_count(1)
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    seen.call("POST", f"/sim/{channel}/say", {"buyer": "chosen-line", "text": "发什么快递"})
    expect(answers).to_have_count(2)
    expect(reply_field(page)).to_be_focused()
    page.keyboard.press("Escape")
    lines = page.locator("[data-line]")
    for nth in (3, 2, 1):
        page.keyboard.press("ArrowUp")
        expect(lines.nth(nth)).to_be_focused()
    page.keyboard.press("w")
    expect(page.get_by_role("region", name="答错了")).to_contain_text("「能开发票吗」已留作用例")
    expect(answers.first.get_by_role("button", name="已标为答错")).to_be_visible()
    expect(answers.last.get_by_role("button", name="答错了")).to_be_visible()
    seen.quiet()


@looks
def test_axe_finds_nothing_in_what_follows_a_wrong_answer(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    page.goto(f"/inbox/{say(seen, '发什么快递', f'wrong-{place}-{scheme}')}")
    expect(page.locator(".composer textarea")).to_be_visible()
    page.locator("article.line.bot footer button").last.click()
    expect(page.locator(".marked select")).to_be_visible()
    found = {"inbox": findings(page)}
    page.goto(f"/faq?shop={shop}")
    expect(page.locator(".proposals")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found["faq"] = findings(page)
    assert found == {name: [] for name in found}
    seen.quiet()
