"""通知 and 密钥与安全 in a real browser: a robot is added, tried out and removed; logins are ended; acts are listed."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.driving import NAME, PASSWORD, OpenPage

KEY = "planted-robot-token"


@pytest.fixture
def robot() -> Iterator[tuple[str, list[bytes]]]:
    """A real robot on this machine: its address, and what it was told."""
    told: list[bytes] = []

    class Robot(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"errcode": 0}')

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/robot/send?access_token={KEY}", told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_robot_is_added_tried_out_switched_off_and_removed(desk: OpenPage, robot):
    address, told = robot
    seen = desk()
    page = seen.page
    page.goto("/settings/alarms")
    expect(page.get_by_text("还没有通知地址")).to_be_visible()
    page.get_by_label("名称", exact=True).fill("值班群")
    page.get_by_label("地址", exact=True).fill(address)
    page.get_by_label("加签密钥").fill("SEC-secret-words")
    page.get_by_role("button", name="添加通知地址").click()
    row = page.locator("li", has_text="值班群")
    expect(row).to_contain_text("钉钉机器人")
    assert KEY not in page.content()
    row.get_by_role("button", name="发送测试").click()
    expect(page.get_by_text("值班群：已送达")).to_be_visible(timeout=15_000)
    assert "这是一条测试消息" in json.loads(told[0])["text"]["content"]
    expect(page.locator("table")).to_contain_text("已送达")
    row.get_by_role("button", name="停用").click()
    expect(row.get_by_role("button", name="启用")).to_be_visible()
    row.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_text("还没有通知地址")).to_be_visible()
    expect(page.locator("table")).to_contain_text("值班群")
    seen.quiet()


def test_a_wrong_address_is_refused_in_words(desk: OpenPage):
    seen = desk(locale="en-US")
    seen.expected.append("/alarms")
    seen.page.goto("/settings/alarms")
    seen.page.get_by_label("Name", exact=True).fill("x")
    seen.page.get_by_label("Address", exact=True).fill("not an address")
    seen.page.get_by_role("button", name="Add a sink").click()
    expect(seen.page.get_by_text("it begins with https://")).to_be_visible()


def test_an_old_login_is_ended_from_another_browser(desk: OpenPage):
    old, here = desk(), desk()
    here.page.goto("/settings/security")
    rows = here.page.locator("section", has_text="我的登录").locator("li")
    expect(rows.filter(has_text="这里")).to_have_count(1)
    for _ in range(rows.count() - 1):
        count = rows.count()
        here.page.get_by_role("button", name="结束", exact=True).first.click()
        expect(rows).to_have_count(count - 1)
    assert old.page.evaluate("fetch('/api/v1/me').then((answer) => answer.status)") == 401
    here.quiet()


def test_failed_logins_and_other_acts_are_listed(desk: OpenPage):
    seen = desk()
    seen.expected.append("/login")
    tried = "fetch('/api/v1/login', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({name: '%s', password: '%s'})}).then((answer) => answer.status)"
    assert seen.page.evaluate(tried % (NAME, PASSWORD + "x")) == 401
    seen.page.goto("/settings/security")
    table = seen.page.locator("table").last
    expect(table).to_contain_text("登录失败")
    expect(table).to_contain_text("127.0.0.1")
    seen.page.get_by_label("做了什么").select_option(label="登录失败")
    expect(table.locator("tbody tr").first).to_contain_text("登录失败")
    expect(table.locator("tbody tr").last).to_contain_text("登录失败")


def test_an_agent_sees_own_logins_but_neither_keys_nor_acts(desk: OpenPage, visit: OpenPage, owned):
    seen = desk()
    seen.call(
        "POST", "/users", {"name": "小林", "password": "miaohui-lin-9527", "roles": [{"role": "agent", "shop": "*"}]}
    )
    agent = visit()
    agent.page.goto(f"{owned.url}/healthz")
    agent.call("POST", "/login", {"name": "小林", "password": "miaohui-lin-9527"})
    agent.page.goto("/settings/security")
    expect(agent.page.get_by_role("heading", name="我的登录")).to_be_visible()
    assert agent.page.get_by_text("程序密钥").count() == 0
    assert agent.page.get_by_text("操作记录").count() == 0
    agent.quiet()
