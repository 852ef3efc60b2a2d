"""Channels at the console: each way asks for what it needs, a mapping shows at once what it would read, mistakes are told."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import OpenPage, Visit
from tests.browser.test_figures_pages import findings

AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
PAYLOAD = {"events": [{"event": "text", "msg_id": 77, "from": 1, "session_id": "s1", "buyer": {"open_id": "b1"}, "content": '{"text":"几点发货"}'}]}  # fmt: skip


def form_of(seen: Visit, shop: str, wire: str = "standard") -> Locator:
    """The form for a new channel of a real shop."""
    if not any(one["id"] == shop for one in seen.call("GET", "/shops")):
        seen.call("POST", "/shops", {"id": shop, "name": f"店 {shop}", "platform": "xiaohongshu"})
    seen.page.goto(f"/settings/shops?wire={wire}")
    return card_of(seen, shop).locator("details[open] > form").last


def card_of(seen: Visit, shop: str) -> Locator:
    """A shop on the page."""
    heading = seen.page.get_by_role("heading", name=f"店 {shop}", exact=True)
    return seen.page.locator("section.card").filter(has=heading)


def channels(seen: Visit, shop: str) -> list[dict]:
    return next(one for one in seen.call("GET", "/shops") if one["id"] == shop)["channels"]


def test_the_page_of_ways_leads_to_the_form_of_that_way(desk: OpenPage):
    seen = desk()
    form_of(seen, "ways")
    page: Page = seen.page
    page.goto("/start/platforms")
    way = page.locator(".ways li").filter(has_text="微信客服（企业微信）")
    way.get_by_role("link", name="用这种方式接").click()
    expect(page).to_have_url(re.compile("wire=wecom_kf"))
    expect(page.get_by_label("接入方式").first).to_have_value("wecom_kf")
    seen.quiet()


def test_a_platforms_own_secrets_are_entered_once_and_changed_by_name(desk: OpenPage):
    seen = desk()
    form = form_of(seen, "own", "wechat")
    form.get_by_label("令牌（Token）").fill("tok")
    form.get_by_label("EncodingAESKey").fill(AES_KEY)
    form.get_by_label("AppSecret").fill("first-secret")
    form.get_by_label("AppID").fill("wxshop000000000001")
    form.get_by_label("转到微信客服的话").fill("人工 转人工")
    form.get_by_role("button", name="添加渠道").click()
    expect(seen.page.get_by_text("渠道建好了。把投递地址填到平台后台。")).to_be_visible()
    [made] = channels(seen, "own")
    assert made["secret_hint"] == "token aes_key app_secret"
    assert made["options"] == {
        "app_id": "wxshop000000000001",
        "transfer_words": ["人工", "转人工"],
        "accept_weak": False,
    }
    assert "first-secret" not in seen.page.content()
    seen.page.goto("/settings/shops")
    card = card_of(seen, "own")
    card.get_by_text("改设置").click()
    card.get_by_label("AppSecret").fill("second-secret")
    card.get_by_role("button", name="保存").click()
    expect(seen.page.get_by_text("设置已保存")).to_be_visible()
    [changed] = channels(seen, "own")
    assert (changed["secrets"], changed["options"]) == (4, made["options"])
    seen.quiet()


def test_a_mapping_shows_what_it_would_read_before_it_is_saved(desk: OpenPage):
    seen = desk()
    form = form_of(seen, "mapped")
    form.get_by_text("对方用自己的签名和 JSON").click()
    form.get_by_label("从例子开始").select_option("xiaohongshu_bridge")
    form.get_by_label("一条推送").fill(json.dumps(PAYLOAD, ensure_ascii=False))
    preview = form.get_by_role("region", name="会读成什么")
    expect(preview).to_contain_text("买家 · text")
    expect(preview).to_contain_text("几点发货")
    text = form.get_by_label("映射").input_value()
    form.get_by_label("映射").fill(text.replace("recall: recall", "recall: withdrawn"))
    expect(preview).to_contain_text("options.mapping.kind")
    expect(preview).to_contain_text("withdrawn 不是我们的词")
    expect(form.get_by_role("button", name="添加渠道")).to_be_disabled()
    form.get_by_label("映射").fill(text)
    expect(form.get_by_role("button", name="添加渠道")).to_be_enabled()
    form.get_by_role("button", name="添加渠道").click()
    expect(seen.page.get_by_text("渠道已建好").first).to_be_visible()
    [made] = channels(seen, "mapped")
    assert made["options"]["mapping"]["items"] == "/events"
    assert made["options"]["signature"]["scheme"] == "github-hex"
    seen.quiet()


def test_what_is_wrong_is_said_and_nothing_is_made(desk: OpenPage):
    seen = desk()
    form = form_of(seen, "wrong", "chatwoot")
    form.get_by_label("Webhook 密钥").fill("short")
    form.get_by_label("Chatwoot 账号编号").fill("1")
    form.get_by_role("button", name="添加渠道").click()
    expect(seen.page.get_by_text("至少 8 个字符").first).to_be_visible()
    assert channels(seen, "wrong") == []


@pytest.mark.parametrize(("locale", "scheme", "wide"), [("zh-CN", "light", 1280), ("en-US", "dark", 390)])
def test_axe_finds_nothing_in_the_forms(desk: OpenPage, locale: str, scheme: str, wide: int):
    seen = desk(locale=locale, color_scheme=scheme, width=wide)
    page = seen.page
    for wire in ("standard", "chatwoot", "wechat", "wecom_kf"):
        form = form_of(seen, f"axe{wide}", wire)
        expect(form).to_be_visible()
        if wire == "standard":
            form.locator("details > summary").click()
            form.locator("details select").select_option("kuaishou_isv")
            expect(form.locator(".preview")).to_be_visible()
        assert findings(page) == [], wire
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{wire} overflows"
