"""What is ahead, the rules tried before they are changed, the platform's own figures, one inquiry explained, the wall."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOPS
from tests.browser.driving import OpenPage, Visit
from tests.browser.history import SUPERVISOR
from tests.browser.test_supervising import section


def test_what_is_ahead_is_told_in_sentences_and_numbers(office: OpenPage):
    seen = office()
    ahead = seen.call("GET", "/rates/forecast?shop=north")
    seen.page.goto("/rates/forecast?shop=north")
    for sentence in [*ahead["sentences"], *(course["sentence"] for course in ahead["courses"])]:
        expect(seen.page.get_by_text(sentence["zh"], exact=True)).to_be_visible()
    row = section(seen.page, "离每条线还差多少").get_by_role("row", name=re.compile("^轻度线"))
    light = next(line for line in ahead["lines"] if line["name"] == "light")
    expect(row).to_contain_text(f"连续 {light['good_needed']} 条按时可回到线上")
    part = section(seen.page, "往后 30 天")
    part.get_by_text("看表格").click()
    table = part.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(31)
    last = ahead["courses"][2]["days"][4]
    expect(table.get_by_role("row").nth(5)).to_contain_text(
        f"{last['percent']:.1f}% ({last['numerator']}/{last['denominator']})"
    )
    expect(section(seen.page, "处罚状态与影响")).to_contain_text("流量减少 60% 以上")
    expect(section(seen.page, "处罚状态怎么变")).to_contain_text("客服功能受限")
    seen.quiet()


def test_what_is_open_stands_apart_by_who_answered(office: OpenPage):
    seen = office()
    for buyer, words in (("waits-1", "转人工"), ("asks-1", "什么时候发货"), ("asks-2", "什么时候发货")):
        seen.call("POST", "/sim/south.wire/say", {"buyer": buyer, "name": buyer, "text": words})
    for _ in range(50):
        still = seen.call("GET", "/rates/forecast?shop=south")["open"]
        if still["bot_answered"] >= 2 and still["handoffs"] >= 1:
            break
        seen.page.wait_for_timeout(100)
    seen.page.goto("/rates/forecast?shop=south")
    for word, name in (("转人工，还在期限内", "handoffs"), ("机器人已答，还在期限内", "bot_answered")):
        tile = seen.page.locator(".tile").filter(has=seen.page.get_by_role("heading", name=word))
        assert still[name] > 0
        expect(tile.locator("b")).to_have_text(str(still[name]))


def parameter(page: Page, code: str):
    """A parameter's row."""
    return page.get_by_role("row").filter(has=page.locator("code", has_text=re.compile(f"^{re.escape(code)}$")))


def test_rules_stand_in_words_with_what_they_rest_on(office: OpenPage):
    seen = office(who="小方")
    page = seen.page
    page.goto("/rates/rules?shop=north")
    expect(page.get_by_text("kuaishou@2025-01-01")).to_be_visible()
    for code, name, value, basis in [
        ("deadline.seconds", "回复期限", "900 秒（15:00）", "来源写明"),
        ("window.start", "考核时段从", "08:00", "来源写明"),
        ("session.unit", "按什么算一次咨询", "一段会话", "我们补的默认"),
        ("reply.kinds", "哪些消息类型算回复", "文字、图片、视频、语音、文件、卡片", "我们补的默认"),
        ("thresholds.mature.light", "成熟：轻度线", "85%", "来源写明"),
        ("effects.mature.light", "后果 · 成熟 · 轻度处罚", "流量减少 20–30%", "来源写明"),
    ]:
        for words in (name, value, basis):
            expect(parameter(page, code)).to_contain_text(words)
    expect(page.get_by_role("link", name=re.compile("^试试别的值"))).to_have_count(0)
    page.get_by_label(re.compile("^搜参数")).fill("夜间")
    expect(page.get_by_role("row").filter(has=page.locator("code"))).to_have_count(3)
    seen.quiet()


def settled(seen: Visit, shop: str) -> dict:
    """A shop's figures once its books are counted again."""
    for _ in range(50):
        found = seen.call("GET", f"/rates?shop={shop}")
        if not found.get("recount"):
            return found
        seen.page.wait_for_timeout(100)
    raise AssertionError(found["recount"])


def tried(seen: Visit, code: str, value: str) -> Page:
    """The editor of a parameter, after a trial of a value."""
    seen.page.goto(f"/rates/rules?shop=west&change={code}")
    seen.page.get_by_label("改成").fill(value)
    seen.page.get_by_role("button", name="先试算").click()
    expect(seen.page.get_by_role("status").filter(has_text="改了以后")).to_be_visible()
    return seen.page


def test_a_rule_is_tried_before_it_is_saved_and_given_back(office: OpenPage):
    seen = office()
    page = seen.page
    page.goto("/rates/rules?shop=west&change=deadline.seconds")
    expect(page.get_by_role("button", name="先试算")).to_be_disabled()
    expect(page.get_by_label("为什么改")).to_have_count(0)
    tried(seen, "deadline.seconds", "1200")
    result = page.get_by_role("status").filter(has_text="改了以后")
    told = seen.call("POST", "/shops/west/what-if", {"params": {"deadline.seconds": 1200}, "days": 30})
    for side in ("before", "after"):
        rate = told[side]["rate"]
        expect(result).to_contain_text(f"{rate['percent']:.1f}% {rate['numerator']}/{rate['denominator']}")
    expect(result).to_contain_text("1 次咨询的判定会不同。")
    expect(result).to_contain_text("超时 → 按时 1")
    page.get_by_label("改成").fill("1300")
    expect(page.get_by_label("为什么改")).to_have_count(0)
    tried(seen, "deadline.seconds", "1200")
    page.get_by_label("为什么改").fill("和平台客服核对过")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存，台账正按新规则重算")).to_be_visible()
    row = parameter(page, "deadline.seconds")
    for words in ("1,200 秒（20:00）", "平台的值：180 秒（03:00）", "本店改动", "和平台客服核对过", "店主小秒"):
        expect(row).to_contain_text(words)
    counted = settled(seen, "west")
    assert counted["rate"] == told["after"]["rate"]
    page.get_by_role("link", name="试试别的值：回复期限").click()
    page.get_by_role("button", name="试算平台的值").click()
    page.get_by_label("为什么改").fill("试完了")
    page.get_by_role("button", name="恢复平台规则").click()
    expect(parameter(page, "deadline.seconds")).to_contain_text("180 秒")
    history = section(page, "改过的记录")
    expect(history.get_by_role("row")).to_have_count(3)
    expect(history).to_contain_text("试完了")
    seen.quiet()


def test_a_value_that_cannot_be_is_refused_in_words(office: OpenPage):
    seen = office()
    seen.expected.append("/what-if")
    page = seen.page
    page.goto("/rates/rules?shop=west&change=window.start")
    page.get_by_label("改成").fill("10:00")
    page.get_by_role("button", name="先试算").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("为什么改")).to_have_count(0)
    page.goto("/rates/rules?shop=north&change=reply.meaningless.fillers")
    page.get_by_label("改成").fill("好的\n在的")
    page.get_by_role("button", name="先试算").click()
    expect(page.get_by_role("status").filter(has_text="改了以后")).to_be_visible()


def test_a_supervisor_tries_and_an_admin_saves(office: OpenPage):
    seen = office(who=SUPERVISOR)
    page = tried(seen, "deadline.seconds", "60")
    expect(page.get_by_text("要真的改，请管理员保存")).to_be_visible()
    expect(page.get_by_role("button", name="保存")).to_have_count(0)


def test_a_contradiction_shows_what_each_reading_gives_and_is_switched_with_a_reason(office: OpenPage):
    seen = office()
    page = seen.page
    told = seen.call("GET", "/shops/quiet/contradictions")["items"]
    page.goto("/rates/rules?shop=quiet")
    part = section(page, "来源自相矛盾的地方")
    for one in told:
        card = part.locator(".card").filter(has=page.get_by_role("heading", name=one["title"]["zh"]))
        for reading in one["readings"]:
            row = card.get_by_role("row").filter(has_text=reading["words"]["zh"])
            expect(row).to_contain_text("在用" if reading["in_force"] else "按这种读法")
            expect(row).to_contain_text("暂无数据")
    row = part.get_by_role("row").filter(has_text="连续达标 7 天即解除")
    row.get_by_role("button", name="按这种读法").click()
    dialog = page.get_by_role("dialog", name="按这种读法")
    dialog.get_by_label("为什么改").fill("客服经理确认")
    dialog.get_by_role("button", name="按这种读法").click()
    expect(row).to_contain_text("在用")
    expect(parameter(page, "recovery.heavy.days")).to_contain_text("客服经理确认")
    assert [(one["name"], one["value"]) for one in seen.call("GET", "/shops/quiet/rules")["overrides"]] == [
        ("recovery.heavy.days", 7)
    ]
    seen.quiet()


def test_what_shortens_or_lengthens_a_penalty_is_put_on_record(office: OpenPage):
    seen = office(who=SUPERVISOR)
    page = seen.page
    page.goto("/rates/forecast?shop=north")
    part = section(page, "处罚状态与影响")
    expect(part).to_contain_text("已达标 0 / 30 天")
    part.get_by_label("通过了平台课程").check()
    expect(part).to_contain_text("已达标 0 / 21 天")
    part.get_by_label("通过了平台课程").uncheck()
    expect(part).to_contain_text("已达标 0 / 30 天")
    seen.quiet()


def test_the_platforms_figure_is_set_against_ours(office: OpenPage):
    seen = office()
    page = seen.page
    card = seen.call("GET", "/rates?shop=north")
    page.goto("/rates/statements?shop=north")
    expect(page.get_by_text("还没有填过平台的数")).to_be_visible()
    page.get_by_label("日期").fill(card["by_day"][1]["date"])
    page.get_by_label("分子").fill("2")
    page.get_by_label("分母").fill("1")
    seen.expected.append("/statements")
    page.get_by_role("button", name="保存并对账").click()
    expect(page.get_by_role("alert")).to_contain_text("分母要大于 0，且不小于分子")
    page.get_by_label("分母").fill("4")
    page.get_by_role("button", name="保存并对账").click()
    expect(page.get_by_text("已保存，差距在下面")).to_be_visible()
    [one] = seen.call("GET", "/shops/north/statements")["items"]
    shown = page.locator("details.statement")
    expect(shown).to_contain_text("平台 50.00% 2/4")
    expect(shown).to_contain_text(f"我们 {one['ours']['percent']:.1f}%")
    expect(shown).to_contain_text("+50 个百分点")
    shown.locator("summary").click()
    expect(shown.get_by_role("row")).to_have_count(1 + len(one["suspects"]))
    expect(shown.get_by_role("row").nth(1)).to_contain_text(one["suspects"][0]["sentence"]["zh"])
    shown.get_by_role("link", name="为什么").first.click()
    expect(page.get_by_role("heading", name="为什么这样判定")).to_be_visible()
    seen.quiet()


def test_an_inquiry_is_explained_with_all_its_facts(office: OpenPage):
    seen = office()
    page = seen.page
    [late] = seen.call("GET", "/inquiries?shop=east&days=30&reason=late")["items"]
    why = seen.call("GET", f"/inquiries/{late['id']}/explain")
    page.goto(f"/rates/inquiries/{late['id']}")
    expect(page.get_by_text(why["sentence"]["zh"], exact=True)).to_be_visible()
    for words in ("首次提问", "考核时段09:00–23:00 在考核时段内", "时限03:00，到", "（含）", "响应16:40"):
        expect(section(page, "计时")).to_contain_text(words)
    reply = section(page, "看到的回复").get_by_role("listitem")
    expect(reply).to_have_count(1)
    for words in ("16:40 后", "人工", "判定看这条", "不计入：已超时", "今天 16 点前从杭州仓发出"):
        expect(reply).to_contain_text(words)
    for words in ("回复期限 deadline.seconds", "180 秒（03:00）", "来源写明", "xiaohongshu@2025-01-01"):
        expect(section(page, "依据什么判定")).to_contain_text(words)
    page.get_by_role("link", name="看会话").click()
    expect(page).to_have_url(re.compile("/inbox/"))
    seen.quiet()


def test_the_wall_is_readable_from_afar_and_left_by_a_key(office: OpenPage):
    seen = office(width=1920, height=1080)
    page = seen.page
    page.goto("/rates/wall?shop=north")
    card = seen.call("GET", "/rates?shop=north&days=30")["rate"]
    expect(page.locator(".wall-percent")).to_have_text(f"{card['percent']:.1f}%")
    sizes = page.evaluate("""() => Object.fromEntries([".wall-percent", ".wall-cell dd", ".wall-cell dt", ".wall-next"]
      .map((name) => [name, parseFloat(getComputedStyle(document.querySelector(name)).fontSize)]))""")
    assert sizes[".wall-percent"] >= 200
    assert sizes[".wall-cell dd"] >= 80
    assert min(sizes.values()) >= 30
    assert page.evaluate("document.querySelector('main').scrollHeight <= innerHeight"), "all of it is in sight"
    expect(page.get_by_role("navigation", name="主菜单")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name=re.compile("^全屏"))).to_have_attribute("aria-pressed", "true")
    page.evaluate("document.exitFullscreen()")
    expect(page.get_by_role("button", name=re.compile("^全屏"))).to_have_attribute("aria-pressed", "false")
    page.get_by_role("link", name="全部店铺").click()
    expect(page.locator(".wall-shop")).to_have_count(len(SHOPS))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/rates\?shop="))
    seen.quiet()


def test_what_the_night_left_is_listed_with_what_the_bot_answered(office: OpenPage):
    seen = office()
    page = seen.page
    told = seen.call("GET", "/shops/night/night-duties")
    assert len(told["items"]) == 2
    page.goto("/rates/night?shop=night")
    expect(page.get_by_text("要在 10:00 前由人工有效回复")).to_be_visible()
    for item in told["items"]:
        row = page.get_by_role("row").filter(has_text=item["buyer_name"])
        expect(row).to_contain_text("机器人已答，仍需人工" if item["bot_answered"] else "没人答过")
        expect(row).to_contain_text(re.compile(r"10:00剩余 [89]:\d\d:\d\d"))
        expect(row).to_contain_text(item["last_words"])
    assert {item["bot_answered"] for item in told["items"]} == {True, False}
    expect(page.get_by_text("其中机器人答过的 1 个会话")).to_be_visible()
    page.get_by_role("link", name=re.compile("^去回复 ")).first.click()
    expect(page).to_have_url(re.compile(f"/inbox/{told['items'][0]['conversation']}"))
    page.goto("/rates/night?shop=east")
    expect(page.get_by_text("这套规则对夜间咨询没有回复要求。")).to_be_visible()
    seen.quiet()


def test_figures_from_the_platforms_own_table(office: OpenPage):
    seen = office()
    page = seen.page
    page.goto("/rates/statements?shop=east")
    chooser = page.get_by_label("选择表格")
    chooser.set_input_files(
        {
            "name": "a.csv",
            "mimeType": "text/csv",
            "buffer": "日期,回复率\n2026-01-02,95%\n2026-01-03,很高\n".encode("gbk"),
        }
    )
    expect(page.get_by_role("alert")).to_contain_text("第 3 行「百分比」：「很高」不是 0 到 100 的百分比")
    expect(page.get_by_role("button", name="保存 1 天并对账")).to_be_disabled()
    chooser.set_input_files(
        {
            "name": "b.csv",
            "mimeType": "text/csv",
            "buffer": "日期,回复率\n2026-01-02,95%\n2026-01-03,90%\n".encode("gbk"),
        }
    )
    keep = page.get_by_role("button", name="保存 2 天并对账")
    expect(keep).to_be_enabled()
    assert [one["date"] for one in seen.call("GET", "/shops/east/statements")["items"] if one["date"] < "2026-02"] == []
    keep.click()
    expect(page.locator("details.statement")).to_have_count(2)
    kept = [(one["date"], one["percent"]) for one in seen.call("GET", "/shops/east/statements")["items"]]
    assert kept == [("2026-01-03", 90.0), ("2026-01-02", 95.0)]
    seen.quiet()


def test_lists_of_a_rule_are_edited_part_by_part(office: OpenPage):
    seen = office()
    page = seen.page
    page.goto("/rates/rules?shop=east&change=bands")
    bands = page.get_by_role("group", name="改成")
    expect(bands.get_by_label("档名")).not_to_have_count(0)
    before = bands.get_by_label("档名").count()
    bands.get_by_role("button", name="添加").click()
    bands.get_by_label("档名").last.fill("superb")
    bands.get_by_label("范围").last.select_option(">")
    bands.get_by_label("%").last.fill("99.5")
    bands.get_by_role("button", name="删除第 1 项").click()
    with page.expect_request("**/what-if") as asked:
        page.get_by_role("button", name="先试算").click()
    tried = asked.value.post_data_json["params"]["bands"]
    assert (len(tried), tried[-1]) == (before, {"name": "superb", "above": 99.5})
    page.goto("/rates/rules?shop=team&change=completeness.topics")
    topics = page.get_by_role("group", name="改成")
    topics.get_by_role("button", name="添加").click()
    topics.get_by_label("事项").last.fill("ship")
    topics.get_by_label("买家怎么问").last.fill("发货，几天 多久")
    topics.get_by_label("怎样算答到").last.fill("今天、明天")
    with page.expect_request("**/what-if") as asked:
        page.get_by_role("button", name="先试算").click()
    assert asked.value.post_data_json["params"]["completeness.topics"][-1] == {
        "id": "ship",
        "ask": ["发货", "几天", "多久"],
        "answer": ["今天", "明天"],
    }
    expect(page.get_by_label("为什么改")).to_be_visible()
    seen.quiet()
