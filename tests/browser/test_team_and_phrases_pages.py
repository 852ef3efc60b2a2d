"""团队 and 快捷短语 in a real browser: groups and rules are made, moved and refused in words; phrases come and go."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driving import PASSWORD, OpenPage, Visit
from tests.browser.looks import sized_looks
from tests.browser.test_figures_pages import findings


def shop_of(seen: Visit) -> str:
    """The first shop's id."""
    return str(seen.call("GET", "/shops")[0]["id"])


def colleague(seen: Visit, name: str, role: str = "agent") -> str:
    """Somebody who works in every shop; their id."""
    made = seen.call("POST", "/users", {"name": name, "password": PASSWORD, "roles": [{"role": role, "shop": "*"}]})
    return str(made["id"])


def save(page: Page) -> None:
    """Save what is edited on the page."""
    page.get_by_role("button", name="保存", exact=True).click()


def test_a_team_is_made_with_groups_rules_and_supervisors(desk: OpenPage):
    seen = desk()
    page = seen.page
    lin = colleague(seen, "阿琳")
    page.goto("/settings/team")
    expect(page.get_by_text("还没有分组。")).to_be_visible()
    for name in ("售前", "主管"):
        page.get_by_role("button", name="添加分组").click()
        page.get_by_label("分组名称").last.fill(name)
    page.get_by_label("添加成员到 售前").select_option(lin)
    page.get_by_label("个人上限").fill("3")
    page.get_by_label("升级给哪个组").select_option(label="主管")
    for reason in ("未命中", "要求人工"):
        page.get_by_role("button", name="添加规则").click()
        page.get_by_label("添加转人工原因").last.select_option(label=reason)
    page.get_by_role("button", name="把规则 2 上移").click()
    expect(page.get_by_text("有未保存的修改")).to_be_visible()
    save(page)
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    told = seen.call("GET", f"/shops/{shop_of(seen)}/team")
    assert [(one["name"], one["supervisors"]) for one in told["groups"]] == [("售前", False), ("主管", True)]
    assert told["groups"][0]["members"] == [{"person": lin, "name": "阿琳", "cap": 3}]
    assert [one["reasons"] for one in told["rules"]] == [["asked_for_person"], ["no_match"]]
    page.reload()
    expect(page.get_by_label("分组名称").first).to_have_value("售前")
    acts = seen.call("GET", "/audit?what=team_changed")
    assert len(acts["items"]) == 1, "it stands on record"
    page.get_by_role("button", name="删除分组和它的规则").first.click()
    save(page)
    expect(page.get_by_text("有未保存的修改")).to_have_count(0)
    told = seen.call("GET", f"/shops/{shop_of(seen)}/team")
    assert ([one["name"] for one in told["groups"]], told["rules"]) == (["主管"], [])
    seen.quiet()


def test_what_is_wrong_with_a_team_is_said_where_it_stands(desk: OpenPage):
    seen = desk()
    seen.expected.append("/team")
    page = seen.page
    seen.call("PUT", f"/shops/{shop_of(seen)}/team", {"groups": [{"name": "售前"}, {"name": "售后"}], "rules": []})
    page.goto("/settings/team")
    page.get_by_label("分组名称").last.fill("售前")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("第 2 个分组：分组要有 1 到 30 个字的名字，不能重名。")
    expect(page.get_by_label("分组名称").last).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("分组名称").last).to_have_value("售前")
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_label("分组名称").last).to_have_value("售后")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_phrases_are_made_found_changed_and_deleted(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/settings/phrases")
    page.get_by_role("button", name="新建短语").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("标题").fill("尺码建议")
    dialog.get_by_label("分类").fill("售前")
    dialog.get_by_label("内容").fill("{买家昵称}，按 {没有的字段} 选。")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    page.get_by_label("按标题、内容、拼音首字母找").fill("cmjy")
    row = page.get_by_role("row").filter(has_text="尺码建议")
    expect(row).to_contain_text("{买家昵称}，按 {没有的字段} 选。")
    expect(row).to_contain_text("缺 没有的字段")
    expect(row).to_contain_text("用过 0 次")
    row.get_by_role("button", name="修改").click()
    expect(dialog.get_by_label("内容")).to_have_value("{买家昵称}，按 {没有的字段} 选。")
    dialog.get_by_label("内容").fill("按平时的码选。")
    dialog.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("按平时的码选。")
    row.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_text("没有匹配的短语。")).to_be_visible()
    seen.quiet()


def test_phrases_go_out_and_come_in_as_a_table(desk: OpenPage, tmp_path: Path):
    seen = desk()
    page = seen.page
    page.goto("/settings/phrases")
    page.get_by_text("表格导入导出").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="导出 .csv").click()
    assert started.value.path().read_text("utf-8-sig").startswith("标题,分类,内容")
    table = tmp_path / "短语.csv"
    table.write_text("标题,分类,内容\n周末值班,排班,周末 10 点到 18 点有人。\n,排班,没有标题\n", "utf-8")
    page.get_by_label("导入表格").set_input_files(table)
    expect(page.get_by_role("alert")).to_contain_text("第 3 行：标题需要 1 到 60 个字。")
    expect(page.get_by_role("row").filter(has_text="周末值班")).to_have_count(0)
    table.write_text("标题,分类,内容\n周末值班,排班,周末 10 点到 18 点有人。\n", "utf-8")
    page.get_by_label("导入表格").set_input_files(table)
    expect(page.get_by_text("新增 1 条，更新 0 条，没变 0 条。")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="周末值班")).to_be_visible()
    seen.quiet()


def test_an_agent_keeps_only_phrases_of_their_own(desk: OpenPage, visit: OpenPage):
    boss = desk()
    colleague(boss, "小敏")
    seen = visit()
    seen.page.goto("/healthz")
    seen.call("POST", "/login", {"name": "小敏", "password": PASSWORD})
    page = seen.page
    page.goto("/settings/phrases")
    shared = page.get_by_role("row").filter(has_text=re.compile("共享")).first
    expect(shared).to_be_visible()
    expect(shared.get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="新建短语").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("谁能用").locator("option")).to_have_text(["自己的"])
    dialog.get_by_label("标题").fill("我的签名")
    dialog.get_by_label("内容").fill("我是小敏。")
    dialog.get_by_role("button", name="保存").click()
    mine = page.get_by_role("row").filter(has_text="我的签名")
    expect(mine.get_by_role("button", name="修改")).to_be_visible()
    expect(page.get_by_role("link", name="团队")).to_have_count(0)
    seen.quiet()


@sized_looks
def test_axe_finds_nothing_in_these_pages(desk: OpenPage, place, locale, scheme, width):
    seen = desk(locale=locale, color_scheme=scheme, width=width)
    person = seen.call("GET", f"/agents?shop={shop_of(seen)}")[0]["id"]
    group = {"name": "售前", "members": [{"person": person}], "supervisors": True}
    rules = [{"group": "售前", "reasons": ["no_match"]}, {"group": "售前"}]
    seen.call("PUT", f"/shops/{shop_of(seen)}/team", {"groups": [group], "rules": rules})
    for path in ("/settings/team", "/settings/phrases", "/settings/lists"):
        seen.page.goto(path)
        expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0)
        expect(seen.page.locator(".part .card").first).to_be_visible()
        seen.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert findings(seen.page) == [], path
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    seen.quiet()
