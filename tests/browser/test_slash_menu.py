"""The menu a slash opens: phrases and entries, filled with what the conversation knows, by keyboard and input method."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.test_composer_keys import compose, opened, press_while_composing, sent


def phrased(seen: Visit, title: str, text: str) -> None:
    """A phrase of the shop."""
    shop = seen.call("GET", "/shops")[0]["id"]
    seen.call("POST", f"/shops/{shop}/phrases", {"title": title, "text": text})


def test_what_the_conversation_knows_is_filled_in_and_what_nobody_knows_stands_in_the_way(desk: OpenPage):
    seen, page = opened(desk, "slash-fields")
    phrased(seen, "尾号问候", "{买家昵称} 你好，运单号 {运单号}")
    page.keyboard.type("/whwh")
    page.keyboard.press("Control+a")
    page.keyboard.type("/weihao")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("slash-fields 你好，运单号 {运单号}")
    expect(option).to_contain_text("缺 运单号")
    page.keyboard.press("Tab")
    expect(page.get_by_label("回复", exact=True)).to_have_value("slash-fields 你好，运单号 {运单号}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("还有没填的字段").first).to_contain_text("{运单号}")
    expect(sent(page)).to_have_count(0)
    page.get_by_label("回复", exact=True).fill("slash-fields 你好，运单号 SF123")
    page.keyboard.press("Enter")
    expect(sent(page)).to_have_count(1)
    seen.quiet()


def test_enter_ahead_of_the_answer_takes_the_best_of_what_was_typed(desk: OpenPage):
    """The list of an earlier letter is still shown when Enter comes: what it holds is not what was asked for."""
    seen, page = opened(desk, "slash-fast")
    phrased(seen, "库存充足", "这款库存充足，放心拍。")
    page.route("**/slash?*", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.keyboard.type("/kccz")
    page.keyboard.press("Enter")
    expect(page.get_by_label("回复", exact=True)).to_have_value("这款库存充足，放心拍。")
    expect(sent(page)).to_have_count(0)


def test_the_menu_waits_while_an_input_method_composes(desk: OpenPage):
    seen, page = opened(desk, "slash-ime")
    phrased(seen, "退换说明", "七天无理由退换。")
    page.keyboard.insert_text("、")
    expect(page.get_by_role("option").first).to_be_visible()
    compose(page, "tuihuan")
    for key in ("Enter", "ArrowDown", "Tab"):
        press_while_composing(page, key)
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.get_by_label("回复", exact=True)).not_to_have_value(re.compile("七天"))
    page.keyboard.insert_text("退换")
    expect(page.get_by_role("option").first).to_contain_text("退换说明")
    page.keyboard.press("Enter")
    expect(page.get_by_label("回复", exact=True)).to_have_value("七天无理由退换。")
    expect(sent(page)).to_have_count(0)


def test_a_sent_phrase_is_counted_in_the_menu(desk: OpenPage):
    seen, page = opened(desk, "slash-counted")
    phrased(seen, "晚安语", "已为你登记，明早 9 点第一时间回复。")
    for times in range(2):
        page.keyboard.type("/晚安")
        option = page.get_by_role("option").first
        expect(option).to_contain_text("晚安语")
        expect(option.get_by_text("用过 1 次")).to_have_count(times)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(sent(page).get_by_text("已发送")).to_have_count(times + 1)
    seen.quiet()


def test_entries_near_the_question_are_taken_with_one_key(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto(f"/inbox/{say(seen, '这个快递能送到村里不', 'recommended')}")
    near = page.get_by_role("group", name="推荐回复：来自相近的知识，看过再发")
    expect(near.get_by_role("button").first).to_contain_text(re.compile("把握 [0-9]+"))
    page.keyboard.press("Alt+1")
    expect(page.get_by_label("回复", exact=True)).not_to_have_value("")
    expect(near).to_have_count(0)
    expect(sent(page)).to_have_count(0)
    seen.quiet()
