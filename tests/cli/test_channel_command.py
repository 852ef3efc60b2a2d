"""``miaohui channel check`` says what is fit and what is not, with its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.processes import SECRET, miaohui


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "setup.json"
    wire = {"adapter": "standard", "shop": "shop", "secrets": [SECRET]}
    channels = [{**wire, "key": "shop.main", "send_url": "http://127.0.0.1:9/"}, {**wire, "key": "shop.in"}]
    shop = {"id": "shop", "name": "店", "platform": "xiaohongshu"}
    file.write_text(json.dumps({"version": 1, "shops": [shop], "channels": channels}))
    assert miaohui("init", file, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_a_channel_and_all_of_a_shop_are_told_in_words(data: Path) -> None:
    one = miaohui("channel", "check", "shop.main", "--data", data)
    assert one.returncode == 0, one.stderr
    assert "✓ shop.main：设置齐全 / its settings are complete" in one.stdout
    assert "还没有收到消息" in one.stdout
    both = miaohui("channel", "check", "shop", "--data", data)
    assert "shop.main" in both.stdout
    assert "✓ shop.in：只收不发" in both.stdout
    assert SECRET not in one.stdout + both.stdout


def test_an_unknown_one_names_those_there_are(data: Path) -> None:
    run = miaohui("channel", "check", "nowhere", "--data", data)
    assert run.returncode == 2
    assert "shop.main" in run.stderr


MAPPING = {"conversation": "/c", "buyer": "/b", "sender": "buyer", "text": "/t", "id": "/id"}


@pytest.mark.parametrize(
    ("mapping", "body", "code", "said"),
    [
        (MAPPING, {"c": "c-1", "b": "b-1", "id": 7, "t": "在吗"}, 0, "✓ buyer text '在吗'"),
        (MAPPING, {"b": "b-1", "t": "在吗"}, 1, "conversation：在 /c 没有值 / there is nothing at /c"),
        ({**MAPPING, "sender": "robot"}, {}, 2, "options.mapping.sender：robot 不是我们的词"),
    ],
)
def test_a_mapping_is_tried_on_a_payload(
    tmp_path: Path, mapping: dict[str, object], body: dict[str, object], code: int, said: str
) -> None:
    file, payload = tmp_path / "mapping.json", tmp_path / "payload.json"
    file.write_text(json.dumps(mapping))
    payload.write_text(json.dumps(body))
    run = miaohui("channel", "try", file, "--payload", payload)
    assert run.returncode == code, run.stderr
    assert said in run.stdout + run.stderr
    assert not (tmp_path / "miaohui-data").exists()


def test_each_way_says_what_it_can_and_cannot(tmp_path: Path) -> None:
    file = tmp_path / "setup.json"
    sealed = ["token=t", "aes_key=kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "app_secret=s", "kf_secret=s"]
    channels = [
        {"key": "shop.wx", "adapter": "wechat", "secrets": sealed, "options": {"app_id": "wx12", "transfer_words": ["人工"], "accept_weak": True}},
        {"key": "shop.kf", "adapter": "wecom_kf", "secrets": sealed, "options": {"corp_id": "ww12", "desk": "wecom"}},
        {"key": "shop.cw", "adapter": "chatwoot", "secrets": ["cw-secret"], "options": {"account_id": 1}},
    ]  # fmt: skip
    shop = {"id": "shop", "name": "店", "platform": "internal"}
    file.write_text(
        json.dumps({"version": 1, "shops": [shop], "channels": [{**one, "shop": "shop"} for one in channels]})
    )
    assert miaohui("init", file, "--data", tmp_path / "data").returncode == 0
    run = miaohui("channel", "check", "shop", "--data", tmp_path / "data")
    assert run.returncode == 0, run.stdout + run.stderr
    said = {
        key: [line for line in run.stdout.splitlines() if f" {key}：" in line]
        for key in ("shop.wx", "shop.kf", "shop.cw")
    }
    for key, words in (
        (
            "shop.wx",
            ["看不到客服在平台上打的字", "转给平台的客服以后看不到", "48 小时内最多发 5 条", "接受不能证明内容"],
        ),
        ("shop.kf", ["要人时把会话交给平台那边的客服", "48 小时内最多发 5 条"]),
        ("shop.cw", ["只收不发"]),
    ):
        assert [word for word in words if not any(word in line for line in said[key])] == []
    assert "app_secret" not in run.stdout
