"""``routes``, ``settings``, ``doctor``, ``ledger verify`` and ``user``: what an engineer looks after a service with."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.web.routes import ALL
from tests.cli.processes import SECRET, TOKEN, miaohui, serving

SETUP = f"""
version: 1
shops: [{{id: play, name: 示例店, platform: xiaohongshu, simulated: true}}]
channels: [{{key: play.wire, shop: play, adapter: sandbox, secrets: [{SECRET}]}}]
tokens: [{{name: ci, value: {TOKEN}, role: admin, shops: "*"}}]
faq: [{{shop: play, entries: [{{id: ship, question: 什么时候发货, answer: 两天内发出}}]}}]
"""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop in which somebody has asked something."""
    folder = tmp_path_factory.mktemp("used")
    (folder / "setup.yaml").write_text(SETUP, "utf-8")
    assert miaohui("init", folder / "setup.yaml", "--data", folder / "data").returncode == 0
    with serving(folder / "data") as served:
        for text in ("什么时候发货", "转人工"):
            assert served.call("POST", "/api/v1/sim/play.wire/say", {"text": text})[0] == 200
        bad = served.call("POST", "/api/v1/sim/play.wire/say", {"text": "假的", "fault": "bad_signature"})
        assert bad[1]["delivery"]["response"]["status"] == 401
        done = served.until("/api/v1/status", lambda found: found["idle"] and found["owed"] and found["refused"], 5)
        assert (done["owed"], done["refused"]) == (1, 1)
    return folder / "data"


@pytest.fixture
def data(used: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with what one likes."""
    return Path(shutil.copytree(used, tmp_path / "data"))


def test_routes_are_the_routers_own():
    found = json.loads(miaohui("routes", "--json").stdout)
    assert {(row["method"], row["path"]) for row in found} == {
        (route.method, re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.path)) for route in ALL
    }
    assert len(found) == len(ALL)
    for row in found:
        assert list(row) == ["method", "path", "auth", "roles", "scope"]
        assert row["auth"] in ("none", "signature", "loopback", "person")
        assert (row["auth"] == "person") or not row["roles"]
    by_name = {f"{row['method']} {row['path']}": row for row in found}
    assert by_name["POST /webhooks/{channel}"]["auth"] == "signature"
    assert by_name["POST /api/v1/shops"]["roles"] == ["admin"]
    in_words = miaohui("routes").stdout.splitlines()
    assert len(in_words) == len(ALL)


def test_every_setting_with_where_it_came_from(tmp_path):
    (tmp_path / "s.yaml").write_text("port: 8081\nhost: 0.0.0.0\nlog_level: warning\n")
    env = {
        "MIAOHUI_HOST": "127.0.0.2",
        "MIAOHUI_LOG_LEVEL": "error",
        "MIAOHUI_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
    }
    shown = miaohui("settings", "--json", "--config", tmp_path / "s.yaml", "--no-open", "--host", "127.0.0.3", env=env)
    found = {row["name"]: row for row in json.loads(shown.stdout)}
    assert set(found) == set(Settings.model_fields)
    assert all(row["meaning"] for row in found.values())
    came = {name: (row["value"], row["from"]) for name, row in found.items()}
    assert came["host"] == ("127.0.0.3", "flag"), "a flag wins over environment and file"
    assert came["log_level"] == ("error", "environment"), "the environment wins over the file"
    assert came["port"] == (8081, "file")
    assert came["open_browser"] == (False, "flag")
    assert came["webhook_deadline_s"] == (1.8, "default")
    assert came["trusted_proxies"] == (["127.0.0.1", "10.0.0.0/8"], "environment")
    assert found["port"]["default"] == 8080
    lines = miaohui("settings", "--port", "7").stdout.splitlines()
    assert len(lines) == len(Settings.model_fields)
    assert any(re.match(r"port +7 +\[flag\]", line) for line in lines)


def test_doctor_in_words(data, tmp_path):
    found = miaohui("doctor", "--data", data)
    assert found.returncode == 1
    lines = found.stdout.splitlines()
    assert "✓ Python" in lines[0]
    assert [line for line in lines if line.startswith("✗")] == [
        "✗ 还没有管理员：打开 miaohui 启动时给出的链接 / no owner yet: open the link miaohui prints"
    ] + [line for line in lines if "1 次签名不符" in line and "1 bad signatures" in line] + [
        "✗ 签名不符 1 次：检查密钥和时钟，见接入日志 / 1 deliveries refused: check secret and clock, see Deliveries"
    ]
    assert any("play.wire" in line and "签名不符" in line for line in lines)
    empty = miaohui("doctor", "--data", tmp_path / "nothing")
    assert (empty.returncode, "还是空的" in empty.stdout) == (0, True)
    assert not (tmp_path / "nothing").exists(), "looking makes nothing"


def test_the_ledger_is_what_was_written(data, tmp_path):
    fine = miaohui("ledger", "verify", "--data", data)
    assert (fine.returncode, fine.stdout) == (0, "台账完好 / the ledger is intact\n")
    with sqlite3.connect(data / "miaohui.db") as store:
        [(seq, body)] = store.execute(
            "SELECT seq, body FROM journal WHERE shop = 'play' AND kind = 'posting' ORDER BY seq LIMIT 1"
        ).fetchall()
        changed = body.replace('"denominator":0', '"denominator":1').replace("pending", "valid")
        assert changed != body
        store.execute("UPDATE journal SET body = ? WHERE shop = 'play' AND seq = ?", (changed, seq))
    broken = miaohui("--data", data, "ledger", "verify")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert broken.stderr == f"play: 第 {seq} 条被改动 / line {seq} was tampered with\n"
    missing = miaohui("ledger", "verify", "--data", tmp_path / "nothing")
    assert (missing.returncode, "没有数据目录" in missing.stderr) == (2, True)


def test_a_ledger_written_anew_is_found_by_what_was_noted_of_it(data, tmp_path):
    noted = tmp_path / "heads.json"
    first = miaohui("ledger", "verify", "--heads", noted, "--data", data)
    assert (first.returncode, set(json.loads(noted.read_text()))) == (0, {"*", "play"})
    assert miaohui("ledger", "verify", "--heads", noted, "--data", data).returncode == 0
    heads = json.loads(noted.read_text())
    seq, _ = heads["play"]
    noted.write_text(json.dumps({**heads, "play": [seq, "0" * 64]}))
    broken = miaohui("ledger", "verify", "--heads", noted, "--data", data)
    assert (broken.returncode, f"play: 第 {seq} 条不再是记下的那一条" in broken.stderr) == (1, True)
    noted.write_text("[1]")
    odd = miaohui("ledger", "verify", "--heads", noted, "--data", data)
    assert (odd.returncode, "不是 ledger verify 记下的文件" in odd.stderr) == (2, True)


def test_the_journal_of_the_installation_is_verified_too(data):
    with sqlite3.connect(data / "miaohui.db") as store:
        store.execute("UPDATE journal SET body = '{}' WHERE shop = '*' AND seq = 2")
    broken = miaohui("ledger", "verify", "--data", data)
    assert (broken.returncode, "*: 第 2 条" in broken.stderr) == (1, True)


def test_people_from_the_command_line_while_it_runs(tmp_path):
    data, password = tmp_path / "data", "一个谁也想不到的密码"
    data.mkdir()
    user = ["user", "--data", data]
    assert miaohui(*user, "add", "店主", "--role", "admin", typed=password + "\n").returncode == 0
    with serving(data) as served:
        login = {"name": "店主", "password": password}
        assert served.call("POST", "/api/v1/login", login, token="")[0] == 200
        assert miaohui(*user, "add", "阿琳", "--role", "agent", typed=password + "\n").returncode == 0
        link = miaohui("--data", data, "user", "login-link", "阿琳", "--url", served.url).stdout.strip()
        assert link.startswith(f"{served.url}/login#link=")
        body = {"link": link.partition("#link=")[2]}
        assert served.call("POST", "/api/v1/login/link", body, token="")[0] == 200
        assert served.call("POST", "/api/v1/login/link", body, token="")[0] == 401, "it lets in once"
        assert miaohui(*user, "disable", "阿琳").returncode == 0
        assert served.call("POST", "/api/v1/login", login | {"name": "阿琳"}, token="")[0] == 401
