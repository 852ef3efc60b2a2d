"""Two people at one desk: who looks and who types is seen, a takeover shows that it is under way, silence is announced."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, say


def test_who_looks_and_who_types_is_seen_in_the_thread_and_in_the_list(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    other = colleague(seen, "小圆")
    talk = say(seen, "我要找人工", "looked-at")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    other.page.goto(f"/inbox/{talk}")
    row = page.locator(f'[data-talk="{talk}"]')
    expect(page.locator(".bar")).to_contain_text("小圆 正在查看")
    expect(row).to_contain_text("小圆 正在查看")
    assert "店主小秒" not in page.locator(".bar").inner_text()
    expect(other.page.locator(".bar")).to_contain_text("店主小秒 正在查看")
    other.page.get_by_label("回复", exact=True).press_sequentially("马上给你查")
    expect(page.locator(".bar")).to_contain_text("小圆 正在输入")
    other.page.goto("/faq")
    expect(page.locator(".bar")).not_to_contain_text("小圆", timeout=60_000)
    seen.quiet()
    other.quiet()


def test_long_silence_is_announced_before_the_conversation_is_given_back(desk: OpenPage):
    seen = desk()
    talk = say(seen, "我要找人工", "long-silence")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_text("我正在接待，机器人不会插话")).to_be_visible()
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    seen.call("POST", f"/sim/{channel}/clock", {"advance_s": 26 * 60})
    expect(page.get_by_text(re.compile("^你在一个会话里 25 分钟没有说话"))).to_be_visible()
    expect(page.locator(".bar .chip.clock", has_text="后交还")).to_be_visible()
    seen.quiet()


def test_a_takeover_that_takes_longer_shows_that_it_is_under_way(desk: OpenPage):
    seen = desk()
    talk = say(seen, "我要找人工", "busy-sign")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    held = []
    page.route("**/takeover", lambda route: held.append(route))
    button = page.get_by_role("button", name=re.compile("^接管"))
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(page.get_by_text("我正在接待，机器人不会插话")).to_be_visible()


def test_a_minute_left_and_overdue_are_told_once_to_who_listens(desk: OpenPage):
    seen = desk()
    say(seen, "我要找人工", "told-by-ear")
    page = seen.page
    page.goto("/inbox")
    row = page.locator(".row", has_text="told-by-ear")
    expect(row.get_by_role("timer").first).to_contain_text("剩余 02:")
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    spoken = page.locator(".toasts + .unseen")
    seen.call("POST", f"/sim/{channel}/clock", {"advance_s": 125})
    expect(spoken).to_contain_text("told-by-ear：还剩 1 分钟。")
    seen.call("POST", f"/sim/{channel}/clock", {"advance_s": 60})
    expect(spoken).to_contain_text("told-by-ear：已超时。")
    seen.quiet()
