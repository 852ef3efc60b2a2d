"""Before a reply goes out: what it is worth, what a colleague said meanwhile, and the draft wherever one logs in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import PASSWORD, OpenPage, say

ANSWER = "你的订单今天 16 点前发出，发中通"


def reply_field(page: Page):
    """Where a reply is written."""
    return page.get_by_label("回复", exact=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ANSWER, re.compile("^[0-9]{2}:[0-9]{2} 前发出会计入$")),
        ("稍等", "只是让买家等：会开始计时，到点前要有真正的答复。"),
        ("用 {没有的字段} 发", "还有没填的字段：{没有的字段}。填好才能发送。"),
    ],
)
def test_a_draft_says_what_it_is_worth(desk: OpenPage, text, said):
    seen = desk()
    seen.page.goto(f"/inbox/{say(seen, '我要找人工', f'worth-{len(text)}-{text[0]}')}")
    reply_field(seen.page).fill(text)
    expect(seen.page.locator(".warnings").get_by_text(said)).to_be_visible()
    seen.quiet()


def test_asking_to_wait_starts_a_clock_that_the_answer_ends(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto(f"/inbox/{say(seen, '我要找人工', 'promised')}")
    reply_field(page).fill("稍等")
    page.keyboard.press("Enter")
    promise = page.locator(".bar").get_by_text(re.compile("^说了稍等 · 还剩 0[0-9]:"))
    expect(promise).to_be_visible()
    reply_field(page).fill(ANSWER)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^计入 · "))).to_be_visible()
    expect(promise).to_have_count(0)
    seen.quiet()


def test_what_a_colleague_said_meanwhile_is_read_before_sending(desk: OpenPage, visit: OpenPage):
    seen = desk()
    page = seen.page
    seen.call("POST", "/users", {"name": "小敏", "password": PASSWORD, "roles": [{"role": "agent", "shop": "*"}]})
    talk = say(seen, "我要找人工", "answered-meanwhile")
    page.goto(f"/inbox/{talk}")
    reply_field(page).fill(ANSWER)
    colleague = visit()
    colleague.page.goto("/healthz")
    colleague.call("POST", "/login", {"name": "小敏", "password": PASSWORD})
    colleague.call("POST", f"/conversations/{talk}/reply", {"text": "已经给你催仓库了", "then": "release"})
    expect(page.get_by_text("已经给你催仓库了").first).to_be_visible()
    seen.expected.append("/reply")
    reply_field(page).press("Enter")
    dialog = page.get_by_role("dialog", name="你输入时同事已经回复")
    expect(dialog).to_contain_text("小敏 已经给你催仓库了")
    expect(reply_field(page)).to_have_value(ANSWER)
    expect(page.locator("article.line.agent").filter(has_text=ANSWER)).to_have_count(0)
    dialog.get_by_role("button", name="仍然发送").click()
    expect(page.locator("article.line.agent").filter(has_text=ANSWER)).to_be_visible()
    expect(reply_field(page)).to_have_value("")
    seen.quiet()


def test_a_draft_is_there_in_another_browser(desk: OpenPage):
    first = desk()
    talk = say(first, "我要找人工", "draft-elsewhere")
    first.page.goto(f"/inbox/{talk}")
    with first.page.expect_response(re.compile("/draft$")):
        reply_field(first.page).fill("写到一半")
    second = desk()
    second.page.goto(f"/inbox/{talk}")
    expect(reply_field(second.page)).to_have_value("写到一半")
    second.quiet()
