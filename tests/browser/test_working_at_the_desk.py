"""Agents and operators at work: drafts, owed follow-ups, who was first, entries, tables, the simulated platform."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import PASSWORD, OpenPage, Visit, say


def the_shop(seen: Visit) -> str:
    """The simulated shop's id."""
    return str(seen.call("GET", "/shops")[0]["id"])


def reply_field(page: Page):
    """Where a reply is written."""
    return page.get_by_label("回复", exact=True)


@pytest.fixture
def suggesting(desk: OpenPage):
    """The desk of a shop whose bot only suggests."""
    seen = desk()
    seen.call("PATCH", f"/shops/{the_shop(seen)}", {"bot_mode": "suggest"})
    yield seen
    seen.page.goto("/healthz")
    seen.call("PATCH", f"/shops/{the_shop(seen)}", {"bot_mode": "auto"})


def drafted(seen: Visit, buyer: str) -> Page:
    """A conversation with a draft, open at the desk."""
    seen.page.goto(f"/inbox/{say(seen, '什么时候发货', buyer)}")
    expect(seen.page.get_by_role("group", name="推荐回复")).to_be_visible()
    return seen.page


def test_a_draft_says_what_each_key_does(suggesting: Visit):
    draft = drafted(suggesting, "draft-keys").get_by_role("group", name="推荐回复")
    expect(draft).to_contain_text("草稿，还没有发给买家。")
    for name in ("直接发送 Alt 1", "改了再发 Alt 2", "不用这条 Alt 3"):
        expect(draft.get_by_role("button", name=name)).to_be_visible()


def test_editing_a_draft_keeps_what_was_typed(suggesting: Visit):
    page = drafted(suggesting, "draft-typed")
    reply_field(page).fill("你好")
    page.keyboard.press("Alt+2")
    expect(reply_field(page)).to_have_value(re.compile("^你好\n."))


def test_a_draft_is_sent_with_one_key(suggesting: Visit):
    page = drafted(suggesting, "draft-send")
    page.keyboard.press("Alt+1")
    expect(page.get_by_text(re.compile("^计入 · "))).to_be_visible()
    suggesting.quiet()


def test_a_draft_is_edited_with_one_key(suggesting: Visit):
    page = drafted(suggesting, "draft-edit")
    page.keyboard.press("Alt+2")
    expect(reply_field(page)).not_to_have_value("")
    expect(page.locator("article.line.agent")).to_have_count(0)


def test_a_draft_is_rejected_with_one_key(suggesting: Visit):
    page = drafted(suggesting, "draft-reject")
    draft = page.get_by_role("group", name="推荐回复", exact=True)
    words = draft.locator(".words").inner_text()
    page.keyboard.press("Alt+3")
    expect(draft).to_have_count(0)
    expect(page.locator(".composer").get_by_text(words)).to_have_count(0)
    expect(page.locator("article.line.agent")).to_have_count(0)


def test_what_became_of_drafts_is_counted_beside_the_next(suggesting: Visit):
    first = drafted(suggesting, "draft-counted")
    shop = the_shop(suggesting)
    before = suggesting.call("GET", f"/shops/{shop}/suggestions")
    with first.expect_response(re.compile("/suggestion$")):
        first.keyboard.press("Alt+3")
    page = drafted(suggesting, "draft-counted-next")
    expect(page.get_by_role("group", name="推荐回复")).to_contain_text(
        f"今天：直接用 {before['used']}，改后用 {before['edited']}，不用 {before['rejected'] + 1}"
    )
    suggesting.quiet()


def test_an_owed_inquiry_is_settled_without_holding_the_conversation(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto(f"/inbox/{say(seen, '什么时候发货', 'owed')}")
    expect(page.get_by_text("机器人已答，仍需人工")).to_be_visible()
    expect(page.get_by_text("不计入：自动回复")).to_be_visible()
    page.keyboard.press("Alt+1")
    expect(reply_field(page)).not_to_have_value("")
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.get_by_text(re.compile("^计入 · "))).to_be_visible()
    expect(page.get_by_text("机器人接待中")).to_be_visible()
    seen.quiet()


def test_who_was_first_is_named_and_the_draft_stays(desk: OpenPage, visit: OpenPage):
    seen = desk()
    seen.call("POST", "/users", {"name": "小方", "password": PASSWORD, "roles": [{"role": "agent", "shop": "*"}]})
    talk = say(seen, "我要找人工", "contested")
    other = visit()
    other.page.goto("/healthz")
    other.call("POST", "/login", {"name": "小方", "password": PASSWORD})
    other.call("POST", f"/conversations/{talk}/takeover", {})
    seen.expected.append(f"/conversations/{talk}/reply")
    page = seen.page
    page.goto(f"/inbox/{talk}")
    expect(page.get_by_text("小方 正在接待")).to_be_visible()
    reply_field(page).fill("我来回")
    page.keyboard.press("Enter")
    expect(page.get_by_text("小方 已先接管，草稿还在。")).to_be_visible()
    expect(reply_field(page)).to_have_value("我来回")
    seen.quiet()


def test_filler_is_said_to_count_for_nothing_before_it_is_sent(office: OpenPage):
    seen = office()
    page = seen.page
    seen.call("POST", "/sim/quiet.wire/say", {"buyer": "filler", "name": "小满", "text": "转人工"})
    page.goto("/inbox?shop=quiet")
    page.get_by_role("link", name=re.compile("小满")).click()
    reply_field(page).fill("好的")
    expect(page.get_by_text("按本店考核规则，这条不计入有效人工回复。")).to_be_visible()
    reply_field(page).fill("今天 16 点前发出")
    expect(page.get_by_text(re.compile("前发出会计入$"))).to_be_visible()
    expect(page.get_by_text("按本店考核规则，这条不计入有效人工回复。")).to_have_count(0)
    seen.quiet()


def test_an_entry_is_written_tried_deleted_and_brought_back(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/faq/new")
    page.get_by_label("标准问").fill("猫咪能不能穿")
    page.get_by_label("相似问法").fill("猫能穿吗\n给猫穿合适吗")
    page.get_by_label("回答", exact=True).fill("这款是给人穿的，猫咪穿不了。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，马上生效")).to_be_visible()
    page.get_by_label("像买家那样写一句").fill("猫能穿吗")
    page.get_by_role("button", name="试", exact=True).click()
    expect(page.get_by_role("group", name="为什么这样处理")).to_contain_text("猫咪能不能穿")
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("已删除这条知识")).to_be_visible()
    page.get_by_label("按文字筛").fill("猫咪能不能穿")
    expect(page.get_by_text("没有匹配「猫咪能不能穿」的知识。")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("link", name=re.compile("猫咪能不能穿"))).to_be_visible()
    page.get_by_label("像买家那样问").fill("给猫穿合适不")
    expect(page.get_by_role("listitem").first).to_contain_text("猫咪能不能穿")
    expect(page.get_by_role("listitem").first).to_contain_text("相似度")
    seen.quiet()


def test_many_entries_are_moved_switched_and_taken_back_by_keyboard(desk: OpenPage):
    seen = desk()
    page = seen.page
    shop = seen.call("GET", "/shops")[0]["id"]
    for nth in range(3):
        seen.call("POST", f"/shops/{shop}/entries", {"question": f"鹦鹉能穿几件 {nth}", "answer": "鹦鹉穿不了。"})
    page.goto(f"/faq?shop={shop}&q=鹦鹉")
    page.get_by_label("选中「鹦鹉能穿几件 2」").press("Space")
    page.get_by_label("选中「鹦鹉能穿几件 0」").press("Space")
    page.get_by_role("button", name="移到分类").press("Enter")
    page.keyboard.type("宠物")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已移动 2 条")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="宠物")).to_have_count(2)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("选中列出的知识").press("Space")
    page.get_by_role("toolbar").get_by_role("button", name="停用").press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="停用")).to_have_count(3)
    page.get_by_role("status").get_by_role("button", name="撤销").last.press("Enter")
    expect(page.get_by_text("已撤销，3 条回到原样")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="停用")).to_have_count(0)
    seen.quiet()


def test_a_table_is_previewed_imported_and_taken_back(desk: OpenPage, tmp_path):
    table = tmp_path / "问答.csv"
    table.write_bytes(
        "标准问,回答,相似问法\n狗狗能不能穿,这款是给人穿的。,狗能穿吗\n兔子能不能穿,{谁}也穿不了。,\n猪猪能不能穿,,\n".encode(
            "gbk"
        )
    )
    seen = desk()
    page = seen.page
    page.goto("/faq/import")
    page.get_by_label(re.compile("选择文件")).set_input_files(table)
    expect(page.get_by_role("cell", name="狗狗能不能穿")).to_be_visible()
    expect(page.get_by_text("第 4 行「答案」：没有答案").first).to_be_visible()
    expect(page.get_by_role("group").filter(has_text="要留意的回答")).to_contain_text("这些字段没有可用的值：谁")
    page.get_by_role("button", name="跳过 1 行错误，导入其余 2 条").click()
    expect(page.get_by_text("已导入：新增 2 条，更新 0 条")).to_be_visible()
    page.reload()
    past = page.get_by_role("listitem").filter(has_text="问答.csv")
    past.get_by_role("button", name="撤销本次导入").click()
    expect(past).to_contain_text("已撤销")
    page.goto("/faq?q=狗狗能不能穿")
    expect(page.get_by_text("没有匹配「狗狗能不能穿」的知识。")).to_be_visible()
    seen.quiet()


def test_the_simulated_platform_can_misbehave_and_its_clock_can_run(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/simulator")
    page.get_by_label("下一次投递").select_option("bad_signature")
    page.get_by_role("button", name="什么时候发货").click()
    expect(page.get_by_text("已拒绝").first).to_be_visible()
    page.get_by_role("button", name="×60").click()
    expect(page.get_by_role("button", name="×60")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="×1", exact=True).click()
    expect(page.get_by_role("button", name="×1", exact=True)).to_have_attribute("aria-pressed", "true")
    seen.quiet()


def test_the_wire_shows_what_we_send_and_what_the_platform_says(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/simulator")
    page.get_by_role("button", name="繁体").click()
    page.get_by_role("button", name="什麼時候發貨").click()
    sends = page.get_by_role("region", name="原始事件").locator("details").filter(has_text="秒回 → 平台")
    expect(sends.first).to_contain_text("已发送")
    if not sends.first.evaluate("call => call.open"):
        sends.first.locator("summary").click()
    expect(sends.first.get_by_role("heading", name="我们的发送")).to_be_visible()
    expect(sends.first.locator("pre").first).to_contain_text("webhook-signature")
    expect(sends.first.get_by_role("heading", name=re.compile("平台的回应 · 200"))).to_be_visible()
    seen.quiet()


def test_the_stop_switch_is_seen_on_every_page(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto("/settings/bot")
    page.get_by_role("button", name="全店停机器人").click()
    expect(page.get_by_text(re.compile("^已停机器人："))).to_be_visible()
    page.goto("/inbox")
    expect(page.get_by_text(re.compile("^已停机器人："))).to_be_visible()
    page.goto("/settings/bot")
    page.get_by_role("button", name="恢复机器人").click()
    expect(page.get_by_text(re.compile("^已停机器人："))).to_have_count(0)
    seen.quiet()


def test_closing_what_is_owed_asks_for_a_reason(desk: OpenPage):
    seen = desk()
    page = seen.page
    page.goto(f"/inbox/{say(seen, '我要找人工', 'closed-owed')}")
    page.get_by_role("button", name=re.compile("^结束会话")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("原因").fill("买家已电话联系")
    page.keyboard.press("Enter")
    expect(page.get_by_text("会话已结束")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name=re.compile("^结束会话"))).to_be_visible()
    seen.quiet()


def test_taking_over_and_replying_on_a_phone(desk: OpenPage):
    seen = desk(width=390, height=800, has_touch=True, is_mobile=True)
    talk = say(seen, "我要找人工", "on-a-phone")
    page = seen.page
    page.goto("/inbox")
    page.locator(f'[data-talk="{talk}"]').tap()
    page.get_by_role("button", name=re.compile("^接管")).tap()
    reply_field(page).fill("马上给你查，今天 16 点前发出")
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(page.get_by_text(re.compile("^计入 · "))).to_be_visible()
    page.get_by_role("link", name="返回列表").tap()
    expect(page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    seen.quiet()


def test_where_api_replies_do_not_count_the_text_goes_along_to_the_platforms_app(office: OpenPage):
    seen = office()
    page = seen.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.call("POST", "/sim/apart.wire/say", {"buyer": "b 1", "name": "阿青", "text": "转人工"})
    page.goto("/inbox?shop=apart")
    page.get_by_role("link", name=re.compile("阿青")).click()
    expect(page.get_by_text("这个平台不计从这里发出的回复")).to_be_visible()
    expect(page.get_by_role("link", name="打开平台")).to_have_attribute("href", "http://localhost:9/im?buyer=b%201")
    expect(page.get_by_role("button", name="发送", exact=True)).to_have_count(0)
    reply_field(page).fill("今天 16 点前发出")
    with page.expect_popup() as app:
        page.keyboard.press("Enter")
    assert app.value.url.startswith(("http://localhost:9", "chrome-error", "about:blank"))
    expect(page.get_by_text("已复制，到平台里粘贴发送")).to_be_visible()
    page.bring_to_front()
    assert page.evaluate("navigator.clipboard.readText()") == "今天 16 点前发出"
    expect(reply_field(page)).to_have_value("今天 16 点前发出")
    assert seen.call("GET", "/rates?shop=apart&days=1")["counts"].keys() == {"pending"}, "nothing was sent"
    seen.quiet()
