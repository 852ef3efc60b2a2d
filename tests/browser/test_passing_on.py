"""Who works now, whose turn it is, and passing a conversation on: to a colleague, to a group, up to the supervisors."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.looks import sized_looks
from tests.browser.test_figures_pages import findings


def the_shop(seen: Visit) -> str:
    """The simulated shop's id."""
    return str(seen.call("GET", "/shops")[0]["id"])


def id_of(seen: Visit, name: str) -> str:
    """A person's id."""
    desk = seen.call("GET", f"/shops/{the_shop(seen)}/presence")
    return str(next(one["id"] for one in desk if one["name"] == name))


def presence(page: Page, word: str):
    """The place in the rail that says whether one works."""
    return page.get_by_role("button", name=f"在岗状态：{word}")


def letters(page: Page, *keys: str) -> None:
    """Press the desk's letters: the field is left first."""
    page.keyboard.press("Escape")
    for key in keys:
        page.keyboard.press(key)


def test_a_conversation_is_handed_to_a_colleague_by_keyboard_alone(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    other = colleague(seen, "小圆")
    other.call("POST", "/presence", {"state": "online"})
    other.page.goto("/faq")
    expect(presence(other.page, "在线")).to_be_visible()
    page = seen.page
    page.goto(f"/inbox/{say(seen, '我要找人工', 'handed-on')}")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    letters(page, "t")
    expect(page.get_by_text("我正在接待，机器人不会插话")).to_be_visible()
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="转接会话")
    first = dialog.get_by_role("radio").first
    expect(first).to_be_focused()
    assert first.get_attribute("value") == f"to:{id_of(seen, '小圆')}", "who is free stands first"
    expect(dialog.locator(".pick", has_text="小圆")).to_contain_text("手上 0 个")
    expect(dialog.locator(".pick", has_text="小圆")).to_contain_text("在线")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.type("尺码问题她更熟")
    page.keyboard.press("Tab")
    page.keyboard.type("买家要 L 码")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("小圆 正在接待")).to_be_visible()

    told = other.page.get_by_text("有同事把一个会话转接给你")
    expect(told).to_be_visible()
    other.page.get_by_role("link", name="去看").click()
    expect(other.page.locator(".passed")).to_contain_text("店主小秒 转接给 你：尺码问题她更熟")
    expect(other.page.locator("article.line.note")).to_contain_text("买家要 L 码")
    other.page.get_by_label("回复", exact=True).fill("L 码有货，今天 16 点前发出")
    other.page.keyboard.press("Enter")
    expect(other.page.locator(".passed")).to_have_count(0)
    expect(other.page.locator(".system", has_text="转接给 你：尺码问题她更熟")).to_be_visible()
    seen.quiet()
    other.quiet()


def test_turns_groups_and_marks_are_shown_and_a_conversation_goes_up(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    lin = colleague(seen, "阿琳")
    colleague(seen, "周主管", role="supervisor")
    shop = the_shop(seen)
    groups = [
        {"name": "售前", "cap": 3, "members": [{"person": id_of(seen, "阿琳")}]},
        {"name": "主管", "supervisors": True, "members": [{"person": id_of(seen, "周主管")}]},
    ]
    seen.call("PUT", f"/shops/{shop}/team", {"groups": groups, "rules": [{"group": "售前"}]})
    lin.call("POST", "/presence", {"state": "online"})
    page = lin.page
    page.goto("/settings/look")
    expect(presence(page, "在线")).to_be_visible()
    talk = say(seen, "我要找人工", "turn-of-lin")
    told = page.get_by_role("status").filter(has_text="轮到你接待 1 个会话。")
    expect(told.get_by_role("link", name="去看")).to_have_attribute("href", f"/inbox/{talk}")
    page.goto("/inbox")
    row = page.locator(f'[data-talk="{talk}"]')
    expect(row).to_contain_text("轮到我")
    expect(row).to_contain_text("售前")
    page.get_by_role("link", name=re.compile("^轮到我")).click()
    expect(page).to_have_url(re.compile("assigned=me"))
    expect(row).to_be_visible()
    row.click()
    expect(page.locator(".bar")).to_contain_text("轮到我")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    letters(page, "u")
    dialog = page.get_by_role("dialog", name="升级给主管")
    expect(dialog.get_by_label("原因")).to_be_focused()
    page.keyboard.type("要求三倍赔偿")
    page.keyboard.press("Enter")
    expect(page.locator(".bar")).to_contain_text("已升级")
    expect(page.locator(".bar")).to_contain_text("主管")
    expect(page.locator(".system", has_text="阿琳 升级给主管：要求三倍赔偿")).to_be_visible()
    told = seen.call("GET", f"/shops/{shop}/passings?days=1")
    assert (told["items"][0]["kind"], told["escalations"]["numerator"]) == ("escalate", 1)
    letters(page, "a")
    dialog = page.get_by_role("dialog", name="转接会话")
    expect(dialog).to_contain_text("先接管，才能转给同事。")
    expect(dialog.locator("input[value^='to:']").first).to_be_disabled()
    dialog.get_by_label(re.compile("^售前")).check()
    dialog.get_by_label("原因").fill("已安抚")
    page.keyboard.press("Enter")
    expect(page.locator(".bar .chip", has_text="售前")).to_be_visible()
    expect(page.locator(".bar")).not_to_contain_text("已升级")
    page.get_by_role("link", name="售前", exact=True).click()
    expect(page).to_have_url(re.compile("group="))
    expect(row).to_be_visible()
    page.get_by_role("link", name=re.compile("^我的")).click()
    expect(page).not_to_have_url(re.compile("group="))

    seen.page.goto(f"/rates?shop={shop}&simulated=1")
    figures = seen.page.locator("section").filter(has=seen.page.get_by_role("heading", name="转接和升级"))
    for word, rate in (("转接", "transfers"), ("升级给主管", "escalations")):
        told = seen.call("GET", f"/shops/{shop}/passings?days=30")[rate]
        fact = figures.locator(".facts > div").filter(has=seen.page.get_by_text(word, exact=True))
        expect(fact).to_contain_text(f"{told['percent']:.1f}% {told['numerator']}/{told['denominator']}")
    figures.get_by_text("最近的，和原因").click()
    expect(figures.get_by_role("link", name="阿琳 升级给主管：要求三倍赔偿")).to_have_attribute(
        "href", re.compile(f"^/inbox/{talk}")
    )
    seen.call("PUT", f"/shops/{shop}/team", {"groups": [], "rules": []})
    seen.quiet()
    lin.quiet()


def test_going_offline_asks_and_hands_over(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    leaving = colleague(seen, "小晚")
    leaving.call("POST", "/presence", {"state": "online"})
    talk = say(seen, "我要找人工", "left-behind")
    leaving.call("POST", f"/conversations/{talk}/takeover", {})
    page = leaving.page
    page.goto("/inbox?tab=mine")
    expect(presence(page, "在线")).to_be_visible()
    page.keyboard.press("o")
    dialog = page.get_by_role("dialog", name="在岗状态")
    expect(dialog.get_by_role("button", name=re.compile("^在线"))).to_be_focused()
    page.keyboard.press("3")
    expect(dialog).to_contain_text("你手上还有 1 个会话")
    expect(dialog.get_by_role("button", name="取消")).to_be_focused()
    assert seen.call("GET", f"/conversations/{talk}")["conversation"]["state"] == "agent", (
        "nothing before it is confirmed"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已离线，交出 1 个会话。")).to_be_visible()
    expect(presence(page, "离线")).to_be_visible()
    expect(page.locator(f'[data-talk="{talk}"]')).to_have_count(0)
    assert seen.call("GET", f"/conversations/{talk}")["conversation"]["state"] == "waiting"
    page.keyboard.press("o")
    expect(dialog.get_by_role("button", name=re.compile("^离线"))).to_be_focused()
    page.keyboard.press("2")
    expect(presence(page, "小休")).to_be_visible()
    leaving.quiet()


def test_of_two_who_take_over_at_once_one_has_it_and_the_other_keeps_the_draft(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    other = colleague(seen, "小竞")
    talk = say(seen, "我要找人工", "raced-for")
    for one in (seen, other):
        one.expected.append(f"/conversations/{talk}/takeover")
        one.page.goto(f"/inbox/{talk}")
        one.page.get_by_label("回复", exact=True).fill("我来回")
    press = "setTimeout(() => document.querySelector('.bar .button.primary').click(), 200)"
    for one in (seen, other):
        one.page.evaluate(press)
    mine = "我正在接待，机器人不会插话"
    for one in (seen, other):
        expect(one.page.locator(".bar.agent")).to_be_visible()
        expect(one.page.get_by_label("回复", exact=True)).to_have_value("我来回")
    winners = [one for one in (seen, other) if one.page.get_by_text(mine).count()]
    assert len(winners) == 1
    [late] = [one for one in (seen, other) if one is not winners[0]]
    expect(late.page.get_by_text(re.compile("已先接管，草稿还在。$"))).to_be_visible()
    for one in (seen, other):
        one.quiet()


@sized_looks
def test_axe_finds_nothing_in_what_is_asked(desk: OpenPage, colleague: OpenPage, place, locale, scheme, width):
    seen = desk(locale=locale, color_scheme=scheme, width=width)
    colleague(seen, f"同事 {place} {scheme} {width}")
    page = seen.page
    seen.call("POST", "/presence", {"state": "online"})
    talk = say(seen, "我要找人工", f"asked-{place}-{scheme}-{width}")
    seen.call("POST", f"/conversations/{talk}/takeover", {})
    page.goto(f"/inbox/{talk}")
    expect(page.locator(".rail .dot").last).to_be_attached()
    expect(page.locator(".composer textarea")).to_be_visible()
    found = {}
    for key in ("a", "u", "o", "o3"):
        page.evaluate("document.activeElement.blur()")
        for letter in key:
            page.keyboard.press(letter)
        expect(page.get_by_role("dialog").locator("input, button.pick, button.danger").first).to_be_visible()
        found[key] = findings(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert found == {key: [] for key in found}
    seen.quiet()
