"""Every page in both languages, both colour schemes, wide and narrow: it shows, complains of nothing, breaks no policy."""

from __future__ import annotations

import gzip
import re

from playwright.sync_api import expect

from tests.browser.driving import OpenPage, say
from tests.browser.looks import sized_looks

PAGES = {
    "/inbox": ("会话", "Inbox"),
    "/faq": ("知识库", "FAQ"),
    "/faq/new": ("新建知识", "New entry"),
    "/faq/import": ("导入知识", "Import entries"),
    "/unanswered": ("未命中", "Unanswered"),
    "/faq/coverage": ("覆盖情况", "Coverage"),
    "/rates?simulated=1": ("数据", "Metrics"),
    "/rates/forecast?simulated=1": ("余量与预测", "Forecast"),
    "/rates/reports?simulated=1": ("报备", "Reports"),
    "/simulator": ("模拟器", "Simulator"),
    "/deliveries": ("接入日志", "Deliveries"),
    "/start/platforms": ("怎么接我的平台", "How to connect my platform"),
    "/settings/shops": ("店铺与渠道", "Shops and channels"),
    "/settings/bot": ("机器人", "Bot"),
    "/settings/hours": ("在线时段与通知语", "Hours and notices"),
    "/settings/fields": ("字段", "Fields"),
    "/settings/lists": ("转人工的词", "Words for people"),
    "/settings/alarms": ("通知", "Alarms"),
    "/settings/phrases": ("快捷短语", "Quick phrases"),
    "/settings/team": ("团队", "Team"),
    "/settings/people": ("成员与角色", "Members and roles"),
    "/settings/security": ("密钥与安全", "Keys and security"),
    "/settings/look": ("外观与语言", "Look and language"),
}
BARE_KEY = re.compile(
    r"^(act|place|list|talk|rate|forecast|rules|statement|night|inquiry|wall|chart|funnel|weekday|level|verdict|faq|settings|sim|word|start|counts|reason|status|delivery|alarm|audit|security|light|pass|presence|report|wrong|turn|mark|gap|cover)\.[a-z_.]+$",
    re.M,
)
# The page and its scrolling middle; what scrolls by itself (tables, code) is not asked.
TOO_WIDE = (
    "Math.max(...[document.documentElement, document.querySelector('main')].map((e) => e.scrollWidth - e.clientWidth))"
)
INBOX_REQUESTS = 40
INBOX_BYTES = 80 * 1024


@sized_looks
def test_every_page_shows(desk: OpenPage, place, locale, scheme, width):
    seen = desk(locale=locale, color_scheme=scheme, width=width)
    talk = say(seen, "什么时候发货", f"page-{place}-{scheme}-{width}")
    for path, titles in {**PAGES, f"/inbox/{talk}": ("会话", "Inbox")}.items():
        seen.page.goto(path)
        expect(seen.page.get_by_role("heading", name=titles[place]).first).to_be_attached()
        expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0)
        shown = seen.page.locator("#app").inner_text()
        assert not BARE_KEY.search(shown), f"{path}: {BARE_KEY.search(shown)}"
        over = seen.page.evaluate(TOO_WIDE)
        assert over <= 0, f"{path} is {over} px too wide"
        assert seen.page.evaluate("document.documentElement.lang") == ("zh-CN", "en")[place]
    seen.quiet()


def test_the_inbox_loads_little(desk: OpenPage):
    seen = desk(alone=True)
    sizes: dict[str, int] = {}

    def keep(response):
        if re.search(r"\.(js|css)$", response.url):
            sizes[response.url] = len(gzip.compress(response.body(), 9))

    fresh = seen.page.context.new_page()
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.on("websocket", lambda socket: asked.append(socket.url))
    fresh.on("response", keep)
    fresh.goto("/inbox")
    expect(fresh.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    fresh.wait_for_timeout(500)  # what comes late comes by now
    asked = [url for url in asked if not url.startswith("data:")]
    assert len(asked) <= INBOX_REQUESTS, asked
    assert sum(sizes.values()) <= INBOX_BYTES, sizes


def test_switching_language_keeps_the_draft(desk: OpenPage):
    seen = desk()
    talk = say(seen, "我要找人工", "language-draft")
    seen.page.goto(f"/inbox/{talk}")
    seen.page.get_by_label("回复", exact=True).fill("写到一半")
    seen.page.get_by_role("button", name="English").click()
    expect(seen.page.get_by_label("Reply", exact=True)).to_have_value("写到一半")
    seen.page.get_by_role("button", name="中文").click()
    expect(seen.page.get_by_label("回复", exact=True)).to_have_value("写到一半")
    seen.page.reload()
    expect(seen.page.get_by_label("回复", exact=True)).to_have_value("写到一半")
    seen.quiet()


def test_what_a_buyer_writes_is_only_ever_text(desk: OpenPage):
    seen = desk()
    markup = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> 什么时候发货'
    talk = say(seen, markup, "markup")
    seen.page.goto(f"/inbox/{talk}")
    expect(seen.page.locator(".bubble").first).to_contain_text("<img src=x")
    assert seen.page.evaluate("window.broken") is None
    seen.quiet()


def test_a_lost_feed_is_said_and_nothing_is_missed(desk: OpenPage):
    seen = desk()
    seen.page.goto("/inbox")
    expect(seen.page.get_by_role("link", name=re.compile("^待接管"))).to_be_visible()
    seen.page.context.set_offline(True)
    expect(seen.page.get_by_text("连接已断开")).to_be_visible()
    seen.page.context.set_offline(False)
    expect(seen.page.get_by_text("连接已断开")).to_have_count(0)
    talk = say(seen, "我要找人工", "after-offline")
    expect(seen.page.locator(f'[data-talk="{talk}"]')).to_be_visible()
