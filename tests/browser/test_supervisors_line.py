"""On top of the inbox, for those who watch the rates: how far the shop is from its own line, and what is owed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage
from tests.browser.history import AGENTS, SUPERVISOR


def the_line(page: Page):
    """The line over the list."""
    return page.get_by_role("region", name="离自己的线还有多远")


def test_a_supervisor_reads_the_rate_the_room_and_what_is_owed_and_opens_it(office: OpenPage):
    seen = office(who=SUPERVISOR)
    seen.page.goto("/inbox?shop=north")
    told = seen.call("GET", "/desk/line?shop=north")["items"][0]
    line = the_line(seen.page)
    expect(line).to_contain_text(f"已答 {told['rate']['numerator']}/{told['rate']['denominator']}")
    assert told["near"] is True
    expect(line).to_contain_text(f"低于自己的 {told['line']['percent']:.0f}% 线，再连续答好 {told['good_needed']} 条")
    owed = {who: told["owed"][who]["count"] for who in ("handed_off", "bot_answered")}
    link = line.get_by_role("link", name=f"仍需人工：转人工 {owed['handed_off']}，机器人已答 {owed['bot_answered']}")
    link.click()
    expect(seen.page).to_have_url(re.compile(r"/rates\?shop=north&reason=owed"))
    behind = seen.call("GET", "/inquiries?shop=north&days=30&reason=owed")["items"]
    list_of = (
        seen.page.locator("section").filter(has=seen.page.get_by_role("heading", name="咨询明细", exact=True)).last
    )
    expect(list_of.locator("tbody tr")).to_have_count(len(behind))
    assert {one["conversation"] for one in behind} == {
        talk for who in ("handed_off", "bot_answered") for talk in told["owed"][who]["conversations"]
    }
    seen.quiet()


def test_of_several_shops_the_most_pressing_stands_first(office: OpenPage):
    seen = office(who=SUPERVISOR, locale="en-US")
    seen.page.goto("/inbox")
    line = seen.page.get_by_role("region", name="How far from its own line")
    expect(line.get_by_role("listitem")).to_have_count(1)
    expect(line).to_contain_text("north")
    line.get_by_role("button", name=re.compile(r"^\d+ more shops$")).click()
    expect(line.get_by_role("listitem")).to_have_count(len(seen.call("GET", "/desk/line")["items"]))
    seen.quiet()


def test_the_shop_of_the_open_conversation_stands_first(office: OpenPage):
    seen = office(who=SUPERVISOR)
    talk = next(one for one in seen.call("GET", "/conversations?tab=bot&shop=east")["items"])
    seen.page.goto("/inbox")
    expect(the_line(seen.page).get_by_role("listitem")).not_to_contain_text("east")
    seen.page.goto(f"/inbox/{talk['id']}")
    expect(the_line(seen.page).get_by_role("listitem")).to_contain_text("east")
    seen.quiet()


def test_an_agent_is_not_shown_the_supervisors_line(office: OpenPage):
    seen = office(who=AGENTS[0])
    seen.page.goto("/inbox")
    expect(seen.page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    expect(the_line(seen.page)).to_have_count(0)
    assert not any("/desk/line" in address for address in seen.requests)
    seen.quiet()
