"""接入日志 in a real browser: the list with its lights, one call step by step, refusals in words, replay, copy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.driving import OpenPage, Visit, say


def wire(seen: Visit) -> tuple[dict[str, Any], str]:
    shop = seen.call("GET", "/shops")[0]
    return shop, next(one["key"] for one in shop["channels"] if one["simulated"])


def test_a_call_opens_with_every_step(desk: OpenPage):
    seen = desk()
    say(seen, "什么时候发货", "delivered")
    seen.page.goto("/deliveries")
    expect(seen.page.get_by_text(re.compile(r"最近一条消息 \d+ 秒前"))).to_be_visible()
    seen.page.locator("a.call").first.click()
    expect(seen.page).to_have_url(re.compile("/deliveries/[a-z0-9]+"))
    expect(seen.page.get_by_text("签名相符")).to_be_visible()
    expect(seen.page.locator(".steps")).to_contain_text("落盘并答「收到」")
    expect(seen.page.locator(".steps")).to_contain_text("已发送")
    shown = seen.page.locator("pre").first.inner_text()
    assert "webhook-signature: •••" in shown
    assert "v1," not in seen.page.content()
    expect(seen.page.get_by_label("curl", exact=True)).to_have_value(re.compile("用渠道密钥重新签名"))
    seen.page.get_by_role("button", name="复制为 curl").click()
    expect(seen.page.get_by_text("已复制")).to_be_visible()
    seen.page.go_back()
    expect(seen.page.get_by_role("heading", name="接入日志")).to_be_visible()
    seen.quiet()


def test_a_simulated_call_is_replayed_and_listed_as_a_repeat(desk: OpenPage):
    seen = desk()
    say(seen, "能开发票吗", "replayed")
    seen.page.goto("/deliveries?result=accepted")
    seen.page.locator("a.call").first.click()
    seen.page.get_by_role("button", name="在模拟器里重放").click()
    expect(seen.page.locator("a.call").first).to_contain_text("重复")
    seen.quiet()


def test_a_refusal_says_why_and_opens_nothing(desk: OpenPage):
    seen = desk(locale="en-US")
    _, channel = wire(seen)
    seen.call("POST", f"/sim/{channel}/say", {"buyer": "forger", "text": "x", "fault": "bad_signature"})
    seen.page.goto("/deliveries?result=refused")
    row = seen.page.locator("li.call").first
    expect(row).to_contain_text("Signature wrong, refused")
    expect(row).to_contain_text("no signature fits: check the secret")
    expect(row).to_contain_text("not kept")
    assert seen.page.locator("a.call").count() == 0
    seen.quiet()


@pytest.mark.parametrize("width", [1360, 390])
def test_one_call_fits_the_page(desk: OpenPage, width: int):
    seen = desk(width=width)
    say(seen, "什么时候发货" + "很长的话" * 40, f"wide-{width}")
    seen.page.goto("/deliveries")
    seen.page.locator("a.call").first.click()
    expect(seen.page.locator(".steps").first).to_be_visible()
    over = seen.page.evaluate("document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth")
    assert over <= 0
    seen.quiet()
