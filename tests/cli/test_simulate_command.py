"""``miaohui simulate``: plays a file of buyers' lines against a running service and says what became of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.played import read_lines, summary
from tests.cli.processes import SECRET, TOKEN, Served, miaohui, serving

SETUP = f"""
version: 1
shops:
  - {{id: play, name: 示例店, platform: xiaohongshu, simulated: true}}
  - {{id: real, name: 小店, platform: kuaishou, bot_mode: suggest}}
channels:
  - {{key: play.wire, shop: play, adapter: sandbox, secrets: [{SECRET}]}}
  - {{key: real.wire, shop: real, adapter: standard, secrets: [{SECRET}]}}
tokens:
  - {{name: ci, value: {TOKEN}, role: admin, shops: "*"}}
  - {{name: eyes, value: {TOKEN}-of-play, role: agent, shops: [play]}}
faq:
  - {{shop: "*", entries: [{{id: ship, question: 什么时候发货, answer: 两天内发出}},
                           {{id: invoice, question: 能开发票吗, answer: 可以开电子发票}}]}}
"""
LINES = """什么时候发货

{"buyer": "b2", "text": "能开发票吗", "expect": "invoice"}
{"buyer": "b2", "text": "转人工", "after_s": 0.2, "expect": null}
我要找人工
你们老板的星座是什么
{"text": "能开发票吗", "expect": "ship"}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("simulate")
    (folder / "setup.yaml").write_text(SETUP, "utf-8")
    assert miaohui("init", folder / "setup.yaml", "--data", folder / "data").returncode == 0
    with serving(folder / "data") as running:
        yield running


def play(served: Served, tmp_path: Path, text: str, *words: str, token: str = TOKEN, env: dict | None = None):
    """Play a file; exit code, summary and standard error."""
    (tmp_path / "lines.txt").write_text(text, "utf-8")
    command = ["simulate", tmp_path / "lines.txt", "--url", served.url, "--token", token, *words]
    found = miaohui(*command, env=env)
    assert "Traceback" not in found.stderr
    return found.returncode, json.loads(found.stdout) if found.stdout else None, found.stderr


@pytest.mark.parametrize(
    ("channel", "answered", "secret"),
    [
        pytest.param("play.wire", "answered", [], id="a sandbox channel: the server signs"),
        pytest.param("real.wire", "suggested", ["--secret", SECRET], id="a standard channel of a shop that proposes"),
    ],
)
def test_what_became_of_each_line(served, tmp_path, channel, answered, secret):
    code, told, errors = play(served, tmp_path, LINES, "--channel", channel, "--report", str(tmp_path / "r"), *secret)
    assert code == 0
    times = {told.pop("p50_ms"), told.pop("p99_ms")}
    outcomes = dict.fromkeys(("answered", "suggested", "handed_off", "silent", "waiting"), 0)
    assert told == {
        "sent": 6, **outcomes, answered: 3, "handed_off": 3,
        "expected_answer": 2, "right_answers": 1, "wrong_answers": 1,
    }  # fmt: skip
    assert all(0 < time < 10_000 for time in times)
    assert "6/6" in errors
    assert "✗ 能开发票吗 → invoice（应为 expected ship）" in errors
    report = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert [row["reason"] for row in report][:4] == ["sure", "sure", "asked_for_person", "asked_for_person"]
    assert [row.get("right") for row in report] == [None, True, True, None, None, False]


def test_the_secret_may_stand_in_the_environment(served, tmp_path):
    env = {"MIAOHUI_SIMULATE_SECRET": SECRET}
    code, told, _ = play(served, tmp_path, "什么时候发货\n", "--channel", "real.wire", env=env)
    assert (code, told["sent"], told["suggested"]) == (0, 1, 1)


def test_a_fragment_is_followed_to_its_end(served, tmp_path):
    """A line that waits is counted as what becomes of it, not as waiting."""
    _, told, _ = play(served, tmp_path, '{"buyer": "slow", "text": "那个红色的"}\n', "--channel", "play.wire")
    assert (told["waiting"], told["handed_off"]) == (0, 1)


def test_lines_of_one_buyer_arrive_in_order(served, tmp_path):
    lines = "".join(json.dumps({"buyer": "many", "text": f"第{n}句，转人工"}) + "\n" for n in range(30))
    assert play(served, tmp_path, lines, "--channel", "play.wire")[1]["sent"] == 30
    _, chat = served.call("GET", "/api/v1/sim/play.wire/chat?buyer=many")
    assert [line["text"] for line in chat if line["from"] == "buyer"] == [f"第{n}句，转人工" for n in range(30)]


@pytest.mark.parametrize(
    ("words", "token", "code", "said"),
    [
        pytest.param(["--channel", "nope.wire"], TOKEN, 2, "nope.wire", id="no such channel"),
        pytest.param(["--channel", "real.wire"], TOKEN, 2, "--secret", id="no secret"),
        pytest.param(
            ["--channel", "real.wire", "--secret", "whsec_x"], TOKEN, 2, "--secret", id="a secret that is none"
        ),
        pytest.param(["--channel", "play.wire"], "a-token-nobody-made", 2, "401", id="a token nobody made"),
        pytest.param(
            ["--channel", "real.wire", "--secret", SECRET], f"{TOKEN}-of-play", 2, "real.wire", id="not yours"
        ),
        pytest.param(
            ["--channel", "real.wire", "--secret", "whsec_" + "A" * 32], TOKEN, 1, "1 × HTTP 401", id="another secret"
        ),
    ],
)
def test_what_goes_wrong_is_said(served, tmp_path, words, token, code, said):
    ended, told, errors = play(served, tmp_path, "什么时候发货\n", *words, token=token)
    assert (ended, said in errors) == (code, True), errors
    assert (told or {}).get("failed") == (1 if code == 1 else None)


def test_nobody_there(tmp_path):
    (tmp_path / "lines.txt").write_text("你好")
    words = ["--url", "http://127.0.0.1:9", "--token", "t", "--channel", "c"]
    found = miaohui("simulate", tmp_path / "lines.txt", *words)
    assert (found.returncode, found.stdout, "连不上" in found.stderr) == (2, "", True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('什么\n{"buyer": "b"}', "line 2: .*no text", id="no text"),
        pytest.param('{"text": "a"', "line 1", id="no JSON"),
        pytest.param('{"text": "a", "after_s": "soon"}', "line 1: .*after_s", id="a pause that is none"),
        pytest.param('{"text": "a", "after_s": -1}', "line 1: .*after_s", id="a pause backwards"),
    ],
)
def test_a_file_that_cannot_be_read(text, said):
    with pytest.raises(ValueError, match=said):
        read_lines(text)


def test_each_plain_line_is_a_buyer_of_its_own():
    lines = read_lines('a\n\nb\n{"buyer": 7, "text": "c", "after_s": 2}\n{"text": "d", "expect": null}')
    assert [(line.buyer, line.text) for line in lines] == [("sim-1", "a"), ("sim-3", "b"), ("7", "c"), ("sim-5", "d")]
    assert [line.has_expect for line in lines] == [False, False, False, True]
    assert summary(lines)["sent"] == 0
