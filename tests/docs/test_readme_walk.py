"""The READMEs' five minutes, walked: the setup file, a real server, the signed curl, and the reply at ``send_url``."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue

import pytest

from tests.docs.pages import READMES, ROOT, blocks

NEEDED = ("bash", "curl", "openssl", "base64", "od")
REPLY_WITHIN_S = 20


@pytest.fixture
def replies() -> Iterator[tuple[int, Queue]]:
    """What stands in for the system that passes replies on: its port, and the bodies it got."""
    got: Queue = Queue()

    class Catch(BaseHTTPRequestHandler):
        def do_POST(self):
            got.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Catch)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, got
    server.shutdown()
    thread.join()
    server.server_close()


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {' '.join(NEEDED)}")
@pytest.mark.parametrize("page", READMES)
def test_a_shop_is_wired_as_the_page_says(page: str, tmp_path: Path, replies) -> None:
    catch_port, got = replies
    port = free_port()
    [setup] = blocks(page, "yaml")
    file = tmp_path / "shop.yaml"
    file.write_text(setup.replace("127.0.0.1:9000", f"127.0.0.1:{catch_port}"), "utf-8")
    curl = next(block for block in blocks(page, "sh") if "SECRET=" in block)
    curl = curl.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{port}")
    data = ["--data", str(tmp_path / "data")]
    run = [sys.executable, "-m", "bot"]
    subprocess.run([*run, "init", str(file), *data], cwd=ROOT, check=True, capture_output=True)

    server = subprocess.Popen(
        [*run, *data, "--port", str(port), "--no-open"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert json.loads(server.stdout.readline())["link"] is None, "the setup file has made the owner"
        for _ in range(2):
            told = subprocess.run(["bash", "-ec", curl], check=True, capture_output=True, text=True)
            assert json.loads(told.stdout) == {"ok": True}
        reply = got.get(timeout=REPLY_WITHIN_S)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0
        server.stdout.close()

    [shown] = [json.loads(block) for block in blocks(page, "json") if '"type":"reply"' in block]
    assert reply["data"].pop("id")
    shown["data"].pop("id")
    assert reply == shown
    assert got.empty(), "the same message twice is answered once"
