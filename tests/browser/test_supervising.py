"""A supervisor at the figures: each number says what it means and opens what is behind it; ahead; rules; statements."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit
from tests.browser.history import SUPERVISOR


def tile(page: Page, name: str):
    """A number of the top row."""
    return page.locator(".tile").filter(has=page.get_by_role("heading", name=name, exact=True))


def section(page: Page, title: str):
    """A part of the page by its title."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True)).last


def overview(office: OpenPage, query: str = "shop=east", **options) -> Visit:
    """The overview, loaded."""
    seen = office(**options)
    seen.page.goto(f"/rates?{query}")
    expect(tile(seen.page, "人工回复率")).to_contain_text("%")
    return seen


def rows(page: Page):
    """The inquiries listed below the figures."""
    return section(page, "咨询明细").locator("tbody tr")


def test_the_top_row_says_what_the_books_say(office: OpenPage):
    seen = overview(office)
    card = seen.call("GET", "/rates?shop=east&days=30")
    rate, line = card["rate"], card["next_line"]
    expect(tile(seen.page, "人工回复率")).to_contain_text(
        f"{rate['percent']:.1f}% {rate['numerator']}/{rate['denominator']}"
    )
    expect(tile(seen.page, "人工回复率")).to_contain_text(f"距 {line['percent']:g}% 线还可漏 {line['misses_left']} 条")
    expect(tile(seen.page, "自动回复占比")).to_contain_text(f"{card['auto_share']:.1f}%")
    expect(tile(seen.page, "待接管")).to_contain_text(str(card["waiting"]))
    expect(tile(seen.page, "超时")).to_contain_text(str(card["overdue"]))
    expect(tile(seen.page, "仍需人工")).to_contain_text(str(card["owed"]))
    expect(tile(seen.page, "及时打开")).to_contain_text(f"{card['opened']['fast']} / {card['opened']['eligible']}")
    expect(tile(seen.page, "未命中率")).to_contain_text("0.0% 0/")
    seen.quiet()


def test_every_number_has_its_definition_with_rules_and_source(office: OpenPage):
    seen = overview(office)
    names = seen.page.locator(".tile h2").all_inner_texts()
    assert len(names) == 8
    for name in names:
        seen.page.get_by_role("button", name=f"口径：{name}", exact=True).click()
        dialog = seen.page.get_by_role("dialog", name=f"口径：{name}")
        expect(dialog).to_contain_text("xiaohongshu@2025-01-01")
        expect(dialog).to_contain_text("《小红书店铺客服回复率怎么提高")
        seen.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(seen.page.get_by_role("button", name=f"口径：{name}", exact=True)).to_be_focused()
    seen.quiet()


@pytest.mark.parametrize(
    ("number", "words", "reasons"),
    [
        ("人工回复率", "看没算上的", {"late", "auto_only", "no_reply"}),
        ("平均首次响应", "看明细", {"valid", "late"}),
        ("自动回复占比", "看仅自动回复的", {"auto_only"}),
        ("仍需人工", "看明细", {"auto_only", "no_reply"}),
    ],
)
def test_a_number_opens_the_inquiries_behind_it(office: OpenPage, number, words, reasons):
    seen = overview(office)
    tile(seen.page, number).get_by_role("link", name=f"{number}：{words}").click()
    reason = re.search(r"reason=(\w+)", seen.page.url)
    expected = seen.call("GET", f"/inquiries?shop=east&days=30&reason={reason[1]}")["items"]
    assert {one["reason"] for one in expected} == reasons
    expect(rows(seen.page)).to_have_count(len(expected))
    expect(rows(seen.page).first).to_be_in_viewport()
    seen.page.go_back()
    expect(rows(seen.page)).to_have_count(len(seen.call("GET", "/inquiries?shop=east&days=30")["items"]))


def test_days_are_chosen_and_the_period_before_stands_beside(office: OpenPage):
    seen = overview(office)
    page = seen.page
    page.get_by_label("时间段").select_option("1")
    expect(page).to_have_url(re.compile("days=1"))
    expect(tile(page, "人工回复率")).to_contain_text("100.0% 4/4")
    page.get_by_label("和前一段比").check()
    expect(tile(page, "人工回复率")).to_contain_text("前一段 25.0% 1/4")
    last = seen.call("GET", "/rates?shop=east&days=2")["period"]
    page.get_by_label("时间段").select_option("own")
    page.get_by_label("从哪天").fill(last["first"])
    page.get_by_label("到哪天").fill(last["first"])
    page.get_by_role("button", name="看", exact=True).click()
    expect(tile(page, "人工回复率")).to_contain_text("25.0% 1/4")
    page.reload()
    expect(page.get_by_label("从哪天")).to_have_value(last["first"])
    expect(tile(page, "人工回复率")).to_contain_text("25.0% 1/4")
    seen.quiet()


def test_a_drawing_is_there_as_a_table_too(office: OpenPage):
    seen = overview(office)
    part = section(seen.page, "各时段的人工回复率")
    expect(part.get_by_role("img", name=re.compile("各时段的人工回复率"))).to_be_visible()
    part.get_by_text("看表格").click()
    ten = next(one for one in seen.call("GET", "/rates/series?shop=east&by=hour")["items"] if one["hour"] == 10)
    row = part.get_by_role("row", name=re.compile("^10:00"))
    expect(row).to_contain_text(f"{ten['percent']:.1f}% ({ten['numerator']}/{ten['denominator']})")
    expect(part.get_by_role("row")).to_have_count(25)


def test_the_week_is_walked_by_arrow_keys_and_a_cell_opens_its_inquiries(office: OpenPage):
    seen = overview(office)
    cells = section(seen.page, "一周里什么时候忙").locator("td a")
    cells.first.focus()
    first = seen.page.evaluate("document.activeElement.getAttribute('aria-label')")
    seen.page.keyboard.press("ArrowRight")
    second = seen.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first.split()[0] == second.split()[0] != first
    assert [cells.nth(i).get_attribute("tabindex") for i in range(2)] == ["-1", "0"]
    seen.page.keyboard.press("Enter")
    expect(seen.page).to_have_url(re.compile(r"weekday=\d&hour=11"))
    expect(rows(seen.page)).to_have_count(1)
    seen.quiet()


def test_the_way_from_question_to_reply(office: OpenPage):
    seen = overview(office)
    flow = {one["step"]: one["count"] for one in seen.call("GET", "/rates/flow?shop=east")["funnel"]}
    for step, word in {
        "received": "收到",
        "answered": "自动回复",
        "handed_off": "转人工",
        "in_time": "按时回复",
    }.items():
        expect(section(seen.page, "从提问到按时回复").locator("li", has_text=word).locator("b")).to_have_text(
            str(flow[step])
        )
    expect(section(seen.page, "为什么转人工")).to_contain_text("要求人工")
    expect(section(seen.page, "知识用得怎么样").get_by_role("link", name="什么时候发货")).to_be_visible()


def test_agents_stand_with_in_time_and_valid_side_by_side(office: OpenPage):
    seen = overview(office, "shop=north")
    table = section(seen.page, "按客服")
    agents = seen.call("GET", "/rates/agents?shop=north")["items"]
    fast = next(one for one in agents if one["name"] == "小方")
    assert fast["in_time"]["numerator"] > fast["valid"]["numerator"], "words without substance were sent in time"
    row = table.get_by_role("row", name=re.compile("^小方"))
    expect(row).to_contain_text(f"{fast['in_time']['numerator']}/{fast['in_time']['denominator']}")
    expect(row).to_contain_text(f"{fast['valid']['numerator']}/{fast['valid']['denominator']}")
    row.get_by_role("link", name="小方").click()
    expect(rows(seen.page)).to_have_count(fast["inquiries"])
    expect(seen.page.get_by_role("link", name="去掉筛选：小方")).to_be_visible()


def test_shops_and_days_lead_on(office: OpenPage):
    seen = overview(office)
    section(seen.page, "按天").get_by_role("link").first.click()
    expect(rows(seen.page)).to_have_count(4)
    section(seen.page, "按店铺").get_by_role("link", name="north").click()
    expect(seen.page).to_have_url(re.compile("shop=north"))
    expect(seen.page.get_by_text("north · 快手")).to_be_visible()


def test_the_penalty_and_what_it_means_stand_on_the_overview(office: OpenPage):
    seen = overview(office, "shop=north")
    part = section(seen.page, "处罚状态与影响")
    ahead = seen.call("GET", "/rates/forecast?shop=north")
    assert ahead["ladder"]["penalty"] == "heavy"
    expect(part).to_contain_text("重度处罚")
    expect(part).to_contain_text("流量减少 60% 以上")


def test_while_nobody_knows_whether_api_replies_count_both_rates_stand(office: OpenPage):
    seen = overview(office, "shop=south")
    notice = seen.page.locator(".notice", has_text="还不知道平台算不算经接口发出的回复")
    expect(notice).to_contain_text("都算 100.0% 4/4")
    expect(notice).to_contain_text("都不算 0.0% 0/4")
    notice.get_by_role("link", name="去对账").click()
    expect(seen.page.get_by_role("heading", name="平台对账")).to_be_visible()
    seen.quiet()


def test_a_blind_channel_is_said_to_be_not_measurable(office: OpenPage):
    seen = office()
    seen.page.goto("/rates?shop=west")
    notice = seen.page.locator(".notice", has_text="不可统计")
    expect(notice).to_contain_text("有渠道看不到客服在平台上打的字")


def test_the_ledger_is_taken_away_as_a_file(office: OpenPage):
    seen = overview(office, "shop=east&days=7", who=SUPERVISOR)
    for kind, name in {".xlsx": "台账.xlsx", ".csv": "台账.zip"}.items():
        with seen.page.expect_download() as download:
            seen.page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.endswith(name)


def test_figures_follow_what_happens(office: OpenPage):
    seen = overview(office, "shop=south&days=1")
    before = int(tile(seen.page, "待接管").locator("b").inner_text())
    seen.call("POST", "/sim/south.wire/say", {"buyer": "late-comer", "name": "晚来的", "text": "转人工"})
    expect(tile(seen.page, "待接管").locator("b")).to_have_text(str(before + 1))


def test_what_went_wrong_is_said_and_tried_again(office: OpenPage):
    seen = overview(office)
    seen.page.context.set_offline(True)
    seen.page.get_by_label("时间段").select_option("7")
    failed = seen.page.get_by_role("alert").first
    expect(failed).to_contain_text("连不上服务器")
    expect(tile(seen.page, "人工回复率")).to_contain_text("%")
    seen.page.context.set_offline(False)
    failed.get_by_role("button", name="重试").click()
    expect(seen.page.get_by_role("alert").filter(has_text="连不上服务器")).to_have_count(0)


def test_agents_see_figures_but_neither_files_nor_colleagues(office: OpenPage):
    seen = overview(office, who="阿琳")
    expect(seen.page.get_by_role("link", name=".xlsx")).to_have_count(0)
    expect(seen.page.get_by_role("heading", name="按客服")).to_have_count(0)
    expect(seen.page.get_by_role("link", name="平台对账")).to_have_count(0)
    seen.quiet()


def test_only_figures_load_drawings(office: OpenPage):
    seen = office()
    seen.page.goto("/inbox")
    expect(seen.page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    seen.page.goto("/faq")
    expect(seen.page.locator(".entry-row").first).to_be_visible()
    assert not [url for url in seen.requests if "uplot" in url or "figures.css" in url]
    seen.page.goto("/rates?shop=east")
    expect(tile(seen.page, "人工回复率")).to_contain_text("%")
    assert [url for url in seen.requests if url.endswith("uplot.js")]
