"""``miaohui init``: one file sets up everything, again and again, or nothing at all."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from tests.cli.processes import SECRET, TOKEN, miaohui, serving

EVERYTHING = f"""
version: 1
shops:
  - id: west
    name: 西街小店
    platform: kuaishou
    tier: mature
    store_type: ordinary
    open_date: 2024-05-01
    monthly_sales: 120000
    service_hours: {{start: 09:00, end: 23:00}}
    bot_mode: off
    human_follow_up: off
    timed_answer_s: 600
    threshold: 75
    notices:
      welcome: 欢迎光临
      timed: 客服 {{在线时段}} 在线，急事请打 0571-88886666
    rules:
      deadline.seconds: 600
  - {{id: play, name: 示例店, platform: xiaohongshu, simulated: true}}
channels:
  - {{key: west.wire, shop: west, adapter: standard, secrets: [{SECRET}], send_url: "http://127.0.0.1:9/in",
     options: {{dedupes: true}}}}
  - {{key: play.wire, shop: play, adapter: sandbox, secrets: [{SECRET}]}}
users:
  - {{name: 阿琳, password: 一个谁也想不到的密码, role: agent, shops: [west]}}
  - {{name: 店主, password: 另一个想不到的密码, role: admin, shops: "*"}}
tokens:
  - {{name: ci, value: {TOKEN}, role: admin, shops: "*"}}
faq:
  - {{shop: play, pack: clothing}}
  - {{shop: west, file: faq.yaml}}
  - shop: west
    entries:
      - id: ship
        question: 什么时候发货
        similar: [多久发货]
        phrasings: [啥时候发]
        answer: 付款后两天内发出
        keywords: [发货]
        category: 物流
        products: [p1]
        variants: {{kuaishou: 快手订单两天内发出}}
        threshold: 70
        mode: off
        then_person: true
        valid_from: 2026-01-01
        valid_to: 2099-12-31
  - {{shop: "*", entries: [{{id: shared, question: 你们是机器人吗, answer: 是的，需要人工请说转人工}}]}}
"""
FAQ_FILE = "- {id: invoice, question: 能开发票吗, answer: 可以开电子发票, phrasings: [发票怎么开]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faq.yaml").write_text(FAQ_FILE, "utf-8")
    return tmp_path


@pytest.fixture
def init(folder, capsys, monkeypatch):
    """Run ``miaohui init`` on a text; exit code, standard output and standard error."""
    monkeypatch.delenv("MIAOHUI_DATA", raising=False)

    def run(text: str, name: str = "setup.yaml"):
        (folder / name).write_text(text, "utf-8")
        with pytest.raises(SystemExit) as ended:
            main(["init", str(folder / name), "--data", str(folder / "data")])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def stored(folder: Path, table: str, columns: str) -> list[tuple]:
    """Rows of the store; nothing where there is none yet."""
    if not (folder / "data" / "miaohui.db").exists():
        return []
    with sqlite3.connect(folder / "data" / "miaohui.db") as store:
        return store.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()  # noqa: S608


def everything_stored(folder: Path) -> dict[str, list[tuple]]:
    tables = {"shop": "*", "channel": "key, shop, adapter, send_url, options", "person": "*", "role": "*", "token": "*"}
    return {name: stored(folder, name, columns) for name, columns in tables.items()} | {
        "entry": stored(folder, "entry", "id, shop, status, version, data")
    }


def test_everything_a_file_can_name(init, folder):
    code, out, err = init(EVERYTHING)
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert out.count("\n") == 1
    pack = result["faq"]["added"] - 3
    assert pack >= 50
    assert result == {
        "shops": 2, "channels": 2, "users": 2, "tokens": 1, "faq": {"added": pack + 3, "changed": 0, "unchanged": 0},
    }  # fmt: skip
    [play, west] = stored(folder, "shop", "id, name, platform, simulated, bot_mode, human_follow_up, options")
    assert play[:6] == ("play", "示例店", "xiaohongshu", 1, "auto", "always")
    assert west[:6] == ("west", "西街小店", "kuaishou", 0, "off", "off")
    assert json.loads(west[6]) == {
        "tier": "mature", "store_type": "ordinary", "open_date": "2024-05-01", "monthly_sales": 120000.0,
        "service_hours": {"start": "09:00", "end": "23:00"}, "timed_answer_s": 600, "threshold": 75.0,
        "notices": {"welcome": "欢迎光临", "timed": "客服 {在线时段} 在线，急事请打 0571-88886666"},
        "rules": {"deadline.seconds": 600},
    }  # fmt: skip
    assert stored(folder, "role", "shop, role") == [("*", "admin"), ("west", "agent")]
    [(shared,), (ship,)] = [
        row for row in stored(folder, "entry", "data") if "机器人吗" in row[0] or "两天内发出" in row[0]
    ]  # fmt: skip
    entry = json.loads(ship if "两天内" in ship else shared)
    assert entry["phrasings"] == ["啥时候发", "多久发货"]
    assert entry["keywords"]["any"] == ["发货"]
    assert (entry["mode"], entry["then_person"], entry["threshold"]) == ("off", True, 70.0)
    assert (entry["valid_from"], entry["valid_to"]) == ("2026-01-01", "2099-12-31")
    assert (entry["variants"], entry["products"]) == ({"kuaishou": "快手订单两天内发出"}, ["p1"])


def test_again_nothing_changes(init, folder):
    first = json.loads(init(EVERYTHING)[1])
    before = everything_stored(folder)
    code, out, _ = init(EVERYTHING)
    again = json.loads(out)
    assert code == 0
    assert again["faq"] == {"added": 0, "changed": 0, "unchanged": sum(first["faq"].values())}
    after = everything_stored(folder)
    # A token is kept anew under its name; all else is as it was.
    assert {k: v for k, v in after.items() if k != "token"} == {k: v for k, v in before.items() if k != "token"}
    assert [row[:2] for row in after["token"]] == [row[:2] for row in before["token"]]


def test_a_change_changes_what_it_names_and_deletes_nothing(init, folder):
    init(EVERYTHING)
    code, out, _ = init(
        "version: 1\nshops: [{id: west, name: 东街小店, platform: kuaishou}]\n"
        "faq: [{shop: west, entries: [{id: ship, question: 什么时候发货, answer: 三天内发出}]}]\n"
    )
    assert (code, json.loads(out)["faq"]) == (0, {"added": 0, "changed": 1, "unchanged": 0})
    [_, west] = stored(folder, "shop", "id, name, bot_mode, options")
    assert (west[1], west[2], json.loads(west[3])["tier"]) == ("东街小店", "off", "mature")
    assert len(stored(folder, "channel", "key")) == 2
    assert len(stored(folder, "person", "id")) == 2


def test_json_is_read_like_yaml(init, folder):
    document = yaml.safe_load(
        EVERYTHING.replace("bot_mode: off", "bot_mode: 'off'").replace("mode: off", "mode: 'off'")
    )
    document["shops"][0] |= {"service_hours": "09:00-23:00", "human_follow_up": "off"}
    document["faq"][2]["entries"][0]["mode"] = "off"
    code, _, err = init(json.dumps(document, default=str, indent=1), "setup.json")
    assert (code, err) == (0, "")
    by_json = everything_stored(folder)
    assert '"service_hours":{"start":"09:00","end":"23:00"}' in dict(stored(folder, "shop", "id, options"))["west"]
    assert json.loads(init(EVERYTHING)[1])["faq"]["changed"] == 0
    assert everything_stored(folder)["entry"] == by_json["entry"]


@pytest.mark.parametrize(
    ("text", "line", "where", "said"),
    [
        pytest.param("shops: [", 1, "/", "不是 YAML", id="no YAML"),
        pytest.param("{}", 1, "/version", "缺少", id="no version"),
        pytest.param("version: 2", 1, "/version", "只能是", id="a version to come"),
        pytest.param("- 1", 1, "/", "名称", id="a list"),
        pytest.param("version: 1\nshop: []", 2, "/shop", "没有这个名称", id="a name nobody knows"),
        pytest.param("version: 1\nshops: []\nshops: []", 3, "/shops", "写了两次", id="a name twice"),
        pytest.param("version: 1\nshops: &a [*a]", 2, "/shops", "别名", id="an alias without end"),
        pytest.param(
            "version: 1\nshops:\n  - id: a\n    name: 店\n    platform: mars", 5, "/shops/0/platform", "没有平台 mars",
            id="a platform there is not",
        ),
        pytest.param("version: 1\nshops:\n  - {id: 店, name: 店, platform: kuaishou}", 3, "/shops/0/id", "英文字母",
                     id="an id with other letters"),
        pytest.param("version: 1\nshops:\n  - id: a\n    platform: kuaishou", 3, "/shops/0/name", "缺少", id="no name"),
        pytest.param(
            "version: 1\nshops:\n  - {id: a, name: 店, platform: kuaishou,\n     bot_mode: fast}", 4,
            "/shops/0/bot_mode", "只能是", id="a mode there is not",
        ),
        pytest.param(
            "version: 1\nshops:\n  - {id: a, name: 店, platform: kuaishou, threshold: 101}", 3, "/shops/0/threshold", "100",
            id="a threshold over all",
        ),
        pytest.param(
            "version: 1\nshops:\n  - id: a\n    name: 店\n    platform: kuaishou\n    notices: {timed: 请稍等}", 6,
            "/shops/0/notices/timed", "没有实质内容", id="a timed answer that says nothing",
        ),
        pytest.param(
            f"version: 1\nchannels:\n  - {{key: x.y, shop: west, adapter: standard, secrets: [{SECRET}]}}", 3,
            "/channels/0", "west.", id="a key of another shop",
        ),
        pytest.param(
            f"version: 1\nchannels:\n  - {{key: nope.y, shop: nope, adapter: standard, secrets: [{SECRET}]}}", 3,
            "/channels/0/shop", "没有店铺 nope", id="a channel of no shop",
        ),
        pytest.param(
            "version: 1\nchannels:\n  - key: west.z\n    shop: west\n    adapter: pigeon\n    secrets: [whsec_x]", 5,
            "/channels/0/adapter", "adapter", id="an adapter there is not",
        ),
        pytest.param(
            "version: 1\nchannels:\n  - {key: west.z, shop: west, adapter: standard, secrets: [whsec_x]}", 3,
            "/channels/0", "secrets", id="a secret that is none",
        ),
        pytest.param("version: 1\nusers:\n  - {name: 小, password: short, role: agent, shops: [west]}", 3, "/users/0",
                     "8", id="a short password"),
        pytest.param("version: 1\nusers:\n  - {name: 小, password: 12345678, role: agent, shops: [west]}", 3,
                     "/users/0/password", "引号", id="a password that is a number"),
        pytest.param("version: 1\nusers:\n  - {name: 小, password: 谁也想不到的密码, role: boss, shops: [west]}", 3,
                     "/users/0/role", "只能是", id="a role there is not"),
        pytest.param("version: 1\nusers:\n  - {name: 小, password: 谁也想不到的密码, role: agent, shops: [west, east]}", 3,
                     "/users/0/shops/1", "没有店铺 east", id="a user of no shop"),
        pytest.param("version: 1\ntokens:\n  - {name: t, value: short, role: agent, shops: '*'}", 3, "/tokens/0/value",
                     "16", id="a short token"),
        pytest.param(
            f"version: 1\ntokens:\n  - {{name: t, value: {TOKEN}, role: agent, shops: '*'}}\n"
            f"  - {{name: u, value: {TOKEN}, role: admin, shops: '*'}}", 4,
            "/tokens/1", "另一个令牌", id="one value for two tokens",
        ),
        pytest.param(f"version: 1\ntokens:\n  - {{name: t, value: {TOKEN}-2, role: agent, shops: [east]}}", 3,
                     "/tokens/0/shops/0", "没有店铺 east", id="a token of no shop"),
        pytest.param("version: 1\nfaq:\n  - {shop: east, pack: clothing}", 3, "/faq/0/shop", "没有店铺 east",
                     id="a FAQ of no shop"),
        pytest.param("version: 1\nfaq:\n  - {shop: '*', pack: clothing}", 3, "/faq/0/shop", "没有店铺",
                     id="a pack for all shops"),
        pytest.param("version: 1\nfaq:\n  - {shop: west, pack: space}", 3, "/faq/0/pack", "没有模板 space",
                     id="a pack there is not"),
        pytest.param("version: 1\nfaq:\n  - {shop: west, file: nope.xlsx}", 3, "/faq/0/file", "nope.xlsx",
                     id="a file there is not"),
        pytest.param(
            "version: 1\nfaq:\n  - shop: west\n    entries:\n      - {id: a, question: 问, answer: 答}\n"
            "      - id: b\n        question: 问二\n        answer: ''", 8,
            "/faq/0/entries/1/answer", "答案", id="an entry without an answer",
        ),
        pytest.param(
            "version: 1\nfaq:\n  - shop: west\n    entries:\n      - id: a\n        question: 问\n        answer: 答\n"
            "        valid_to: someday", 8, "/faq/0/entries/0/valid_to", "", id="a day that is none",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_nothing_is_written(init, folder, text, line, where, said):
    init("version: 1\nshops: [{id: west, name: 西街小店, platform: kuaishou}]\n")
    before = everything_stored(folder)
    good = "\nshops:\n  - {id: new, name: 新店, platform: kuaishou}"
    text = text if "shops:" in text or "version: 1" not in text else text + good
    code, out, err = init(text)
    assert (code, out) == (1, "")
    assert err.startswith(f"{folder / 'setup.yaml'}:{line}: {where}"), err
    assert said in err
    assert "Traceback" not in err
    assert everything_stored(folder) == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("faq.yaml", "- {id: a, question: '', answer: 答}\n", "问", id="a row without a question"),
        pytest.param("faq.yaml", "- [\n", "faq.yaml", id="no YAML"),
        pytest.param("faq.xlsx", "no sheet", "faq.xlsx", id="no sheet"),
    ],
)
def test_a_faq_file_that_cannot_be_read(init, folder, name, content, said):
    (folder / name).write_text(content, "utf-8")
    code, _, err = init(
        f"version: 1\nshops: [{{id: a, name: 店, platform: kuaishou}}]\nfaq: [{{shop: a, file: {name}}}]\n"
    )
    assert (code, "setup.yaml:3: /faq/0/file: " in err, said in err, "Traceback" in err) == (1, True, True, False)
    assert stored(folder, "shop", "id") == []


def test_a_file_that_is_not_there(tmp_path):
    found = miaohui("init", tmp_path / "nope.yaml", "--data", tmp_path / "d")
    assert (found.returncode, found.stdout) == (2, "")
    assert "nope.yaml" in found.stderr
    assert not (tmp_path / "d").exists()


def test_a_running_service_takes_it_in_within_two_seconds(folder):
    setup = folder / "setup.yaml"
    setup.write_text(f"version: 1\ntokens: [{{name: ci, value: {TOKEN}, role: admin, shops: '*'}}]\n", "utf-8")
    with serving(folder / "data") as served:
        assert served.call("GET", "/api/v1/shops")[0] == 401
        assert miaohui("init", setup, "--data", folder / "data").returncode == 0
        assert served.call("GET", "/api/v1/shops") == (200, [])
        setup.write_text(EVERYTHING, "utf-8")
        assert miaohui("--data", folder / "data", "init", setup).returncode == 0
        shops = served.until("/api/v1/shops", lambda found: len(found) == 2, within_s=2)
        assert {shop["id"] for shop in shops} == {"west", "play"}
        # A file with nothing but knowledge is taken in too.
        setup.write_text(
            "version: 1\nfaq: [{shop: play, entries: [{id: q, question: 老板的星座, answer: 天秤座}]}]\n", "utf-8"
        )
        assert best(served, "老板的星座") != "q"
        assert miaohui("init", setup, "--data", folder / "data").returncode == 0
        found = [best(served, "老板的星座")]
        served.until(
            "/api/v1/status", lambda _: found.append(best(served, "老板的星座")) or found[-1] == "q", within_s=2
        )
        assert found[-1] == "q"


def best(served, text: str) -> str | None:
    """The entry that the running service finds for a text."""
    status, found = served.call("POST", "/api/v1/shops/play/match", {"text": text})
    assert status == 200, found
    return found["entry"] and found["entry"]["id"]
