"""报备: a buyer's message is reported by key, followed on a page of its own, and the rate follows."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit
from tests.browser.history import AGENTS, SUPERVISOR
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings


def asked(seen: Visit, buyer: str, text: str) -> str:
    """A buyer writes to the shop north; the conversation's id."""
    seen.call("POST", "/sim/north.wire/say", {"buyer": buyer, "name": buyer, "text": text})
    for _ in range(50):
        found = seen.call("GET", "/conversations?tab=waiting&shop=north&limit=200")["items"]
        for talk in found:
            if talk["buyer"]["id"] == buyer:
                return str(talk["id"])
        seen.page.wait_for_timeout(100)
    raise AssertionError(f"no conversation of {buyer} came up")


def tile(page: Page, name: str):
    """A number of the page."""
    return page.locator(".tile").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_a_message_is_reported_by_key_and_followed(office: OpenPage):
    seen = office(who=AGENTS[0])
    talk = asked(seen, "广告哥", "加群领券，扫码进群")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    dialog = page.get_by_role("dialog", name="报备这条消息")
    expect(dialog).to_contain_text("加群领券，扫码进群")
    expect(dialog.get_by_role("radio", name="广告")).to_be_focused()
    page.keyboard.press("Space")
    dialog.get_by_label("备注").fill("群发广告")
    page.keyboard.press("Enter")
    bubble = page.locator("article.line.buyer")
    expect(bubble.get_by_text(re.compile("^广告 · 已报备 [0-9]{2}-[0-9]{2}$"))).to_be_visible()
    expect(bubble.get_by_role("button", name="报备")).to_have_count(0)

    page.goto("/rates/reports?shop=north")
    item = page.locator(".listed li", has_text="加群领券，扫码进群")
    expect(item).to_contain_text("已报备（阿琳）")
    expect(tile(page, "还没结果")).to_contain_text("1")
    expect(page.get_by_role("link", name=re.compile("导出证据"))).to_have_count(0)
    item.get_by_role("button", name="平台通过").click()
    page.get_by_role("dialog", name="平台通过").get_by_role("button", name="保存").click()
    expect(item).to_contain_text("平台通过（阿琳）")
    expect(tile(page, "还没结果")).to_contain_text("0")
    page.get_by_role("link", name="驳回").click()
    expect(page.get_by_text("没有这种结果的报备。")).to_be_visible()
    page.goto(f"/inbox/{talk}")
    expect(bubble.get_by_text(re.compile("^广告 · 平台通过"))).to_be_visible()
    [inquiry] = seen.call("GET", "/inquiries?shop=north&days=1&reason=excluded_spam")["items"]
    assert inquiry["conversation"] == talk
    seen.quiet()


def test_a_supervisor_keeps_a_notice_and_takes_the_evidence(office: OpenPage):
    seen = office(who=SUPERVISOR)
    page = seen.page
    page.goto("/rates/reports?shop=north")
    page.get_by_text("记一次提前报备").click()
    page.get_by_label("从", exact=True).fill("2027-11-11T00:00")
    page.get_by_label("到", exact=True).fill("2027-11-10T00:00")
    page.get_by_label("备注（可不填）").fill("大促爆单")
    seen.expected.append("/shops/north/reports")
    page.get_by_role("button", name="记下", exact=True).click()
    expect(page.locator(".toast.danger")).to_be_visible()
    page.get_by_label("到", exact=True).fill("2027-11-12T08:30")
    page.get_by_role("button", name="记下", exact=True).click()
    item = page.locator(".listed li", has_text="大促爆单")
    expect(item).to_contain_text("提前报备")
    expect(item).to_contain_text("2027-11-11 00:00 到 2027-11-12 08:30")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出证据 .xlsx").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    seen.quiet()


@looks
def test_axe_finds_nothing_in_reports(office: OpenPage, place, locale, scheme):
    seen = office(locale=locale, color_scheme=scheme)
    page = seen.page
    page.goto(f"/inbox/{asked(seen, f'axe-{place}-{scheme}', '转人工')}")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.get_by_role("dialog").locator("input").first).to_be_focused()
    found = {"form": findings(page)}
    page.goto("/rates/reports?shop=north")
    expect(page.locator(".tile").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found["page"] = findings(page)
    assert found == {name: [] for name in found}
    seen.quiet()
