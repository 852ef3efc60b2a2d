"""``miaohui serve``: one ready line, words and exit code 2 when it cannot begin, a clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request

import pytest

import bot
from bot.cli import main
from tests.cli.processes import STOPPED_WITHIN_S, miaohui, serving


def test_the_ready_line_is_all_of_standard_output(tmp_path):
    with serving(tmp_path / "d") as served:
        ready = served.ready
        assert list(ready) == ["event", "url", "host", "port", "link", "pid", "version"]
        assert (ready["event"], ready["host"], ready["pid"]) == ("ready", "127.0.0.1", served.process.pid)
        assert ready["version"] == bot.__version__
        assert ready["port"] > 0
        assert ready["url"] == f"http://127.0.0.1:{ready['port']}"
        assert ready["link"].startswith(f"{ready['url']}/start#token=")
        with urllib.request.urlopen(f"{ready['url']}/readyz") as answer:
            assert json.loads(answer.read()) == {"ready": True, "reasons": []}
        code, took, rest = served.stop()
        assert (code, rest) == (0, "")
        assert took < STOPPED_WITHIN_S
        assert ready["link"] in served.log.read_text()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d", "d.log"], "nothing is written outside the folder"


def test_without_the_word_serve_and_with_an_owner_there_is_no_link(tmp_path):
    data = tmp_path / "d"
    data.mkdir()
    assert (
        miaohui("user", "add", "店主", "--role", "admin", "--data", data, typed="一个谁也想不到的密码\n").returncode
        == 0
    )
    with serving(data, "--host", "127.0.0.1", env={"SSH_CONNECTION": "1 2 3 4"}) as served:
        assert served.ready["link"] is None
        assert served.stop(signal.SIGINT)[0] == 0
        assert f"ssh -L {served.ready['port']}:127.0.0.1:{served.ready['port']}" in served.log.read_text()


def test_the_folder_in_the_environment(tmp_path):
    shown = miaohui("settings", "--json", env={"MIAOHUI_DATA": str(tmp_path / "e")})
    found = {row["name"]: row for row in json.loads(shown.stdout)}
    assert (found["data"]["value"], found["data"]["from"]) == (str(tmp_path / "e"), "environment")


def test_a_folder_in_use(tmp_path):
    with serving(tmp_path / "d"):
        second = miaohui("serve", "--data", tmp_path / "d", "--port", "0")
    assert (second.returncode, second.stdout) == (2, "")
    assert "正被另一个 miaohui 使用" in second.stderr
    assert "another miaohui is using" in second.stderr


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = miaohui("--port", port, "--data", tmp_path / "d")
    assert (found.returncode, found.stdout) == (2, "")
    assert f"127.0.0.1:{port}" in found.stderr
    assert "端口已被占用 / the port is taken" in found.stderr


def test_a_host_there_is_not(tmp_path):
    found = miaohui("--host", "300.1.1.1", "--port", "0", "--data", tmp_path / "d")
    assert (found.returncode, found.stdout, "300.1.1.1" in found.stderr) == (2, "", True)
    assert "Traceback" not in found.stderr


@pytest.fixture
def here(capsys, monkeypatch):
    """Run a command that cannot begin, without a process of its own; exit code and both outputs."""
    for name in [name for name in os.environ if name.startswith("MIAOHUI_")]:
        monkeypatch.delenv(name)

    def run(*words, env=()):
        for name, value in dict(env).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        pytest.param(["--port", "99999"], {}, ["--port"], id="a port there is not"),
        pytest.param(["serve", "--port", "http"], {}, ["--port"], id="a port that is a word"),
        pytest.param(["serve"], {"MIAOHUI_PORT": "http"}, ["MIAOHUI_PORT", "不对"], id="the same in the environment"),
        pytest.param(["--log-level", "loud"], {}, ["--log-level"], id="an option there is not"),
        pytest.param([], {"MIAOHUI_LOG_LEVEL": "loud"}, ["MIAOHUI_LOG_LEVEL"], id="a level there is not"),
        pytest.param([], {"MIAOHUI_TRUSTED_PROXIES": "my proxy"}, ["MIAOHUI_TRUSTED_PROXIES"], id="no network"),
        pytest.param([], {"MIAOHUI_PUBLIC_URL": "shop.example"}, ["MIAOHUI_PUBLIC_URL", "https://"], id="no address"),
        pytest.param(["--database", "mysql://db"], {}, ["--database", "postgresql://"], id="a store there is not"),
        pytest.param(
            ["--database", "postgresql://u:geheim@no.such.host.invalid/x"], {}, ["u:***@no.such.host"], id="no server"
        ),
        pytest.param(["--port", "1", "serve", "--port", "2"], {}, ["--port", "1", "2", "不同"], id="two ports"),
        pytest.param(["--data=a", "settings", "--data", "b"], {}, ["--data", "a", "b", "不同"], id="two folders"),
        pytest.param(["fly"], {}, ["fly"], id="a command there is not"),
    ],
)
def test_what_cannot_be_is_said_in_words(tmp_path, here, words, env, said):
    data = [] if any("--data" in word for word in words) else ["--data", tmp_path / "d"]
    code, out, errors = here(*words, *data, env=env)
    assert (code, out) == (2, "")
    assert all(word in errors for word in said), errors
    assert not (tmp_path / "d" / "miaohui.db").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("port: http\n", "port", id="a value that cannot be"),
        pytest.param("prot: 8080\n", "prot", id="a name nobody knows"),
        pytest.param("- 8080\n", "名称", id="no names at all"),
        pytest.param("port: [\n", "设置文件", id="no YAML"),
        pytest.param(None, "设置文件", id="no such file"),
    ],
)
def test_a_settings_file_that_cannot_be(tmp_path, here, content, said):
    file = tmp_path / "settings.yaml"
    if content is not None:
        file.write_text(content)
    code, out, errors = here("serve", "--config", file, "--data", tmp_path / "d")
    assert (code, out) == (2, "")
    assert said in errors
    assert str(file) in errors


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["doctor"], ["ledger", "verify"]])
def test_a_folder_that_holds_something_else(tmp_path, command):
    (tmp_path / "miaohui.db").write_text("these are my holiday pictures " * 50)
    found = miaohui(*command, "--data", tmp_path)
    assert found.returncode == 2
    assert "not a database" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["doctor"], ["ledger", "verify"], ["user", "list"]])
def test_a_file_in_the_folders_place(tmp_path, command):
    (tmp_path / "file").write_text("")
    found = miaohui(*command, "--data", tmp_path / "file")
    assert found.returncode == 2
    assert "数据目录" in found.stderr
    assert "Traceback" not in found.stderr
