"""Beside the thread: what the shop keeps about the buyer, found and changed by keyboard, on a phone too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import PASSWORD, OpenPage, Visit, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


def panel(page: Page) -> Locator:
    """The panel at the thread's side."""
    return page.get_by_role("complementary", name="会话详情")


def opened(desk: OpenPage, buyer: str, **options) -> tuple[Visit, str]:
    """A conversation of this buyer, open at the desk, with nothing focused."""
    seen = desk(**options)
    talk = say(seen, "我要找人工", buyer)
    seen.page.goto(f"/inbox/{talk}")
    expect(seen.page.locator("textarea").first).to_be_visible()
    seen.page.evaluate("document.activeElement.blur()")
    return seen, talk


def test_a_label_is_given_and_taken_by_keyboard(desk: OpenPage):
    seen, talk = opened(desk, "panel-labels")
    page = seen.page
    page.keyboard.press("l")
    expect(page.get_by_label("加标签")).to_be_focused()
    page.keyboard.insert_text("复购")
    page.keyboard.press("Enter")
    expect(panel(page).get_by_text("复购", exact=True)).to_be_visible()
    expect(page.get_by_label("加标签")).to_have_value("")
    assert seen.call("GET", f"/conversations/{talk}/buyer")["labels"] == ["复购"]
    page.get_by_role("button", name="移除标签 复购").press("Enter")
    expect(panel(page).get_by_text("复购", exact=True)).to_have_count(0)
    assert seen.call("GET", f"/conversations/{talk}/buyer")["labels"] == []
    seen.quiet()


def test_a_note_is_kept_with_author_and_time(desk: OpenPage):
    seen, talk = opened(desk, "panel-note")
    page = seen.page
    note = page.get_by_label("买家备注")
    note.fill("长" * 600)
    expect(note).to_have_value("长" * 500)
    expect(panel(page).get_by_text("500/500")).to_be_visible()
    note.fill("老客户，喜欢顺丰")
    panel(page).get_by_role("button", name="保存").click()
    expect(panel(page).get_by_text(re.compile(r"^店主小秒 · \d\d-\d\d "))).to_be_visible()
    expect(panel(page).get_by_role("button", name="保存")).to_have_count(0)
    assert seen.call("GET", f"/conversations/{talk}/buyer")["note"] == "老客户，喜欢顺丰"
    seen.quiet()


def test_what_a_colleague_noted_meanwhile_is_not_overwritten_unseen(desk: OpenPage, visit: OpenPage):
    seen, talk = opened(desk, "panel-two")
    page = seen.page
    note = page.get_by_label("买家备注")
    note.fill("我写的")
    seen.call("POST", "/users", {"name": "小芸", "password": PASSWORD, "roles": [{"role": "agent", "shop": "*"}]})
    other = visit()
    other.page.goto("/healthz")
    other.call("POST", "/login", {"name": "小芸", "password": PASSWORD})
    other.call("PUT", f"/conversations/{talk}/buyer", {"note": "同事写的", "labels": []})
    expect(panel(page).get_by_text("小芸 刚改了这条备注，保存会盖掉：")).to_be_visible()
    expect(note).to_have_value("我写的")
    panel(page).get_by_role("button", name="改用同事的").click()
    expect(note).to_have_value("同事写的")
    seen.quiet()


def test_what_was_ordered_and_spoken_of_stands_there(desk: OpenPage):
    seen, _ = opened(desk, "panel-cards")
    page = seen.page
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    for kind, text in (("order_card", "订单 6712309 待发货"), ("product_card", "加绒卫衣 黑色 L")):
        seen.call("POST", f"/sim/{channel}/say", {"buyer": "panel-cards", "text": text, "kind": kind})
    expect(page.locator(".line .bubble").filter(has_text="加绒卫衣")).to_be_visible()
    page.reload()
    expect(panel(page).get_by_text("订单 6712309 待发货")).to_be_visible()
    expect(panel(page).get_by_text("加绒卫衣 黑色 L")).to_be_visible()
    expect(panel(page).get_by_text("没有以前的会话。")).to_be_visible()


def test_only_administrators_hand_out_and_erase(desk: OpenPage, visit: OpenPage):
    seen, talk = opened(desk, "panel-privacy")
    page = seen.page
    with page.expect_download() as started:
        panel(page).get_by_role("link", name="导出数据").click()
    assert started.value.suggested_filename == "buyer-panel-privacy.json"
    assert "我要找人工" in started.value.path().read_text("utf-8")
    seen.call("POST", "/users", {"name": "小蓉", "password": PASSWORD, "roles": [{"role": "agent", "shop": "*"}]})
    agent = visit()
    agent.page.goto("/healthz")
    agent.call("POST", "/login", {"name": "小蓉", "password": PASSWORD})
    agent.page.goto(f"/inbox/{talk}")
    expect(panel(agent.page).get_by_text("没有以前的会话。")).to_be_visible()
    expect(panel(agent.page).get_by_role("link", name="导出数据")).to_have_count(0)
    panel(page).get_by_role("button", name="删除这位买家的数据").click()
    page.get_by_role("dialog").get_by_role("button", name="删除这位买家的数据").click()
    page.wait_for_url(re.compile("/inbox$"))
    expect(page.get_by_text("已删除这位买家的数据。")).to_be_visible()
    shop = seen.call("GET", "/shops")[0]["id"]
    left = page.evaluate(
        f"fetch('/api/v1/shops/{shop}/personal-data?buyer=panel-privacy').then((answer) => answer.status)"
    )
    assert left == 404, "nothing is left to hand out"


def test_the_panel_is_hidden_and_shown_by_a_key(desk: OpenPage):
    seen, _ = opened(desk, "panel-key")
    page = seen.page
    expect(panel(page)).to_be_visible()
    page.keyboard.press("p")
    expect(panel(page)).to_have_count(0)
    page.keyboard.press("p")
    expect(panel(page)).to_be_visible()
    seen.quiet()


def test_what_was_called_for_in_one_conversation_takes_no_focus_in_the_next(desk: OpenPage):
    seen, _ = opened(desk, "panel-first")
    page = seen.page
    second = say(seen, "我要找人工", "panel-second")
    page.keyboard.press("l")
    expect(page.get_by_label("加标签")).to_be_focused()
    page.locator(f'[data-talk="{second}"]').click()
    expect(panel(page).get_by_role("heading", name="panel-second")).to_be_visible()
    expect(page.get_by_label("加标签")).to_be_visible()
    expect(page.get_by_label("加标签")).not_to_be_focused()
    seen.quiet()


@pytest.mark.parametrize("width", [pytest.param(1100, id="drawer"), pytest.param(390, id="phone"), 320])
def test_where_there_is_no_column_it_lies_over_the_thread(desk: OpenPage, width):
    seen, _ = opened(desk, f"panel-{width}", width=width)
    page = seen.page
    expect(panel(page)).to_have_count(0)
    button = page.get_by_role("button", name="显示详情")
    button.click()
    expect(panel(page)).to_be_visible()
    expect(page.get_by_role("button", name="收起详情")).to_be_focused()
    expect(panel(page).get_by_label("买家备注")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 600:
        assert panel(page).evaluate("one => one.offsetWidth === innerWidth"), "on a phone it is a sheet of its own"
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(button).to_be_focused()
    seen.quiet()


@looks
def test_axe_finds_nothing_in_the_panel_and_the_menu(desk: OpenPage, place, locale, scheme):
    seen, talk = opened(desk, f"panel-axe-{locale}-{scheme}", locale=locale, color_scheme=scheme)
    seen.call("PUT", f"/conversations/{talk}/buyer", {"note": "老客户", "labels": ["VIP", "复购"]})
    expect(seen.page.locator("#side").get_by_text("VIP", exact=True)).to_be_visible()
    seen.page.locator("#side textarea").fill("写到一半")
    seen.page.locator(".composer textarea").press_sequentially("/fh")
    expect(seen.page.get_by_role("option").first).to_be_visible()
    assert findings(seen.page) == []
    seen.page.locator(".composer textarea").press_sequentially("qqq")
    expect(seen.page.get_by_role("option")).to_have_count(0)
    assert findings(seen.page) == []
