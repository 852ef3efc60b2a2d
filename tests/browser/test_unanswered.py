"""未命中: an operator works through the groups by keyboard alone, sees what each act brings, and takes it back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit, say
from tests.browser.looks import looks
from tests.browser.test_figures_pages import findings

ENGRAVE, LIKE, AGENCY, STORE = "可以刻字吗", "能不能刻字呀", "你们招代理吗怎么加盟", "能去你们工厂参观吗"
SAID = "可以刻的亲，下单备注要刻的字"


def asked(seen: Visit) -> str:
    """Four questions the pack does not know, the first answered by a person; the shop's id once they are taken in."""
    shop = str(seen.call("GET", "/shops")[0]["id"])
    if seen.call("GET", f"/shops/{shop}/gaps")["total"]:
        return shop
    first = say(seen, f"我叫张三，电话13812345678，{ENGRAVE}", "gap-0")
    for nth, text in enumerate((ENGRAVE, LIKE, AGENCY, STORE), 1):
        say(seen, text, f"gap-{nth}")
    seen.call("POST", f"/conversations/{first}/takeover", {})
    seen.call("POST", f"/conversations/{first}/reply", {"text": SAID, "origin": "typed"})
    for _ in range(100):
        counted = sum(one["count"] for one in seen.call("GET", f"/shops/{shop}/gaps")["items"])
        if counted == 5:
            return shop
        seen.page.wait_for_timeout(100)
    groups = [(one["text"], one["count"]) for one in seen.call("GET", f"/shops/{shop}/gaps")["items"]]
    raise AssertionError(f"not all were taken in: {groups}")


def detail(page: Page) -> Any:
    return page.locator(".gap-one")


def test_groups_are_worked_through_by_keyboard_alone(desk: OpenPage):
    seen = desk()
    page, keys = seen.page, seen.page.keyboard
    shop = asked(seen)
    page.goto("/inbox")
    expect(page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    keys.press("g")
    keys.press("u")
    expect(page.get_by_role("heading", level=1, name="未命中")).to_be_visible()
    expect(detail(page)).to_contain_text("近 7 天 3 次")
    expect(detail(page)).to_contain_text("我叫〔姓名〕，电话〔电话〕")
    expect(detail(page)).to_contain_text(SAID)
    assert "13812345678" not in page.locator("main").inner_text()

    keys.press("n")
    answer = page.get_by_role("textbox", name="回答", exact=True)
    expect(answer).to_be_focused()
    expect(answer).to_have_value(SAID)
    keys.press("Control+Enter")
    expect(page.get_by_text(re.compile("^已新建知识，预计每周多命中 [23] 条$"))).to_be_visible()
    [adopted] = seen.call("GET", f"/shops/{shop}/gaps?state=adopted")["items"]
    entry = seen.call("GET", f"/shops/{shop}/entries/{adopted['entry']}")
    assert (entry["answer"], entry["status"]) == (SAID, "on")

    expect(detail(page).get_by_role("heading", name=re.compile(f"{AGENCY}|{STORE}"))).to_be_visible()
    keys.press("m")
    expect(page.get_by_label("找一组")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("已合并", exact=True)).to_be_visible()
    expect(detail(page)).to_contain_text("共 2 次")
    keys.press("x")
    expect(page.get_by_text("都处理完了。")).to_be_visible()
    for left in (1, 2, 3):
        keys.press("z")
        expect(page.locator(".gap-row")).to_have_count(left)
    assert seen.call("GET", f"/shops/{shop}/entries/{adopted['entry']}")["status"] == "deleted"

    expect(detail(page)).to_be_visible()
    keys.press("a")
    expect(page.get_by_role("group", name="加到哪条知识")).to_be_visible()
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text(re.compile("^已加为相似问法，预计每周多命中 [0-9]+ 条$"))).to_be_visible()
    keys.press("z")
    expect(page.locator(".gap-row")).to_have_count(3)
    expect(detail(page)).to_be_visible()
    keys.press("v")
    expect(page).to_have_url(re.compile("/inbox/"))
    seen.quiet()


def test_a_new_question_is_counted_without_a_reload(desk: OpenPage):
    seen = desk()
    asked(seen)
    seen.page.goto("/unanswered?sort=latest")
    rows = seen.page.locator(".gap-row")
    open_one = detail(seen.page).get_by_role("heading", level=2).first
    expect(open_one).to_be_visible()
    before = open_one.inner_text()
    say(seen, "员工内部价有没有", "gap-live")
    expect(rows.first).to_contain_text("员工内部价有没有")
    expect(open_one).to_have_text(before)
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    seen.quiet()


def test_an_input_method_that_composes_triggers_no_act(desk: OpenPage):
    seen = desk()
    asked(seen)
    seen.page.goto("/unanswered")
    expect(detail(seen.page)).to_be_visible()
    for key in "naxmvz":
        seen.page.evaluate(
            "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))",
            key,
        )
    expect(seen.page.locator("dialog[open]")).to_have_count(0)
    expect(seen.page).to_have_url(re.compile("/unanswered$"))
    seen.quiet()


def test_who_may_not_change_the_faq_only_reads(desk: OpenPage, colleague: OpenPage):
    seen = desk()
    asked(seen)
    reader = colleague(seen, "小看", role="agent")
    reader.page.goto("/unanswered")
    expect(detail(reader.page)).to_be_visible()
    expect(detail(reader.page).get_by_role("button")).to_have_count(1)
    reader.page.keyboard.press("x")
    reader.page.keyboard.press("n")
    expect(reader.page.locator("dialog[open]")).to_have_count(0)
    reader.quiet()


@looks
def test_axe_finds_nothing_on_the_groups(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    asked(seen)
    page = seen.page
    page.goto("/unanswered")
    expect(detail(page)).to_be_visible()
    found = {"groups": findings(page)}
    for key in "nam":
        page.keyboard.press(key)
        expect(page.locator("dialog[open] form")).to_be_visible()
        found[key] = findings(page)
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    assert found == {name: [] for name in found}
    seen.quiet()


@looks
def test_coverage_opens_what_it_counts_and_axe_finds_nothing(desk: OpenPage, place, locale, scheme):
    seen = desk(locale=locale, color_scheme=scheme)
    shop = asked(seen)
    page = seen.page
    page.goto("/faq/coverage")
    expect(page.get_by_role("heading", level=1, name=("覆盖情况", "Coverage")[place])).to_be_visible()
    told = seen.call("GET", f"/shops/{shop}/coverage")
    tile = page.locator(".tile").first
    expect(tile).to_contain_text(f"{told['answered']['numerator']}/{told['answered']['denominator']}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found = {"coverage": findings(page)}
    tile.get_by_role("button").nth(1).click()
    missed = told["answered"]["denominator"] - told["answered"]["numerator"]
    expect(page.locator("dialog[open] li")).to_have_count(missed)
    found["questions"] = findings(page)
    assert found == {name: [] for name in found}
    page.locator("dialog[open] li").filter(has_text=STORE).get_by_role("link").click()
    expect(page).to_have_url(re.compile("/inbox/"))
    seen.quiet()
