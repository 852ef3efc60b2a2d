"""``miaohui alarm`` over a real folder and a real sink; what it says and logs holds no secret."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alarms.sink import SECRET, TOKEN
from tests.cli.processes import SECRET as WIRE
from tests.cli.processes import TOKEN as KEY
from tests.cli.processes import miaohui, serving

DOCUMENT = {
    "version": 1,
    "shops": [{"id": "shop", "name": "店", "platform": "xiaohongshu"}],
    "channels": [{"key": "shop.main", "shop": "shop", "adapter": "standard", "secrets": [WIRE]}],
    "tokens": [{"name": "watch", "value": KEY, "role": "admin", "shops": "*"}],
}


class Robot(http.server.BaseHTTPRequestHandler):
    """Takes every message and says yes."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"errcode": 0}')

    def log_message(self, *_: object) -> None:
        """It says nothing."""


@pytest.fixture
def robot() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/robot/send?access_token={TOKEN}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_list_and_test_say_how_it_is_and_log_no_secret(tmp_path: Path, robot: str) -> None:
    data, file = tmp_path / "data", tmp_path / "setup.json"
    file.write_text(json.dumps(DOCUMENT))
    assert miaohui("init", file, "--data", data).returncode == 0
    loud = {"MIAOHUI_LOG_LEVEL": "debug"}
    with serving(data, env=loud) as served:
        body = {"name": "值班群", "way": "dingtalk", "address": robot, "secret": SECRET}
        status, made = served.call("POST", "/api/v1/shops/shop/alarms", body)
        assert status == 200
        status, told = served.call("POST", f"/api/v1/shops/shop/alarms/{made['id']}/test", {})
        assert (status, told["ok"]) == (200, True)
        bad = {**body, "address": f"http://127.0.0.1:9/{TOKEN}", "name": "坏的"}
        _, broken = served.call("POST", "/api/v1/shops/shop/alarms", bad)
        assert served.call("POST", f"/api/v1/shops/shop/alarms/{broken['id']}/test", {})[1]["ok"] is False
        listed = miaohui("alarm", "list", "shop", "--data", data, env=loud)
        one = miaohui("alarm", "test", "shop", "--sink", made["id"], "--data", data, env=loud)
        everything = miaohui("alarm", "test", "shop", "--data", data, env=loud)
    assert listed.returncode == 0
    assert "值班群" in listed.stdout
    assert (one.returncode, one.stdout) == (0, "✓ 值班群：已送达 / delivered\n")
    assert everything.returncode == 1
    assert "✗ 坏的：连不上这个地址" in everything.stdout
    said = served.log.read_text() + "".join(run.stdout + run.stderr for run in (listed, one, everything))
    assert TOKEN not in said
    assert SECRET not in said


@pytest.mark.parametrize(("words", "says"), [(("nowhere",), "没有店铺 nowhere"), (("shop",), "设置 → 通知")])
def test_what_is_not_there_is_said_with_what_to_do(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    data, file = tmp_path / "data", tmp_path / "setup.json"
    file.write_text(json.dumps(DOCUMENT))
    assert miaohui("init", file, "--data", data).returncode == 0
    run = miaohui("alarm", "test", *words, "--data", data)
    assert run.returncode == 2
    assert says in run.stderr
