"""The shell example in the standard channel's README does what it says: its message arrives and verifies."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import adapters.standard
from adapters.base import Channel, Delivery, Facts
from adapters.standard import StandardAdapter

README = Path(adapters.standard.__file__).parent / "README.md"
NEEDED = ("bash", "curl", "openssl", "base64", "od")


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {' '.join(NEEDED)}")
async def test_the_shell_example_runs():
    script = README.read_text("utf-8").split("```sh\n")[1].split("```")[0]
    read: list[Facts] = []

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        now = datetime.now(UTC)
        delivery = Delivery("POST", headers, {}, await request.read(), now)
        channel = Channel("myshop.1", "myshop", "standard", ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",))
        read.append(StandardAdapter().read(delivery, channel, now))
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/myshop.1", take)
    async with TestServer(app) as server:
        here = str(server.make_url("/webhooks/myshop.1"))
        script = script.replace("http://127.0.0.1:8080/webhooks/myshop.1", here)
        shell = await asyncio.create_subprocess_exec("bash", "-ec", script, stdout=asyncio.subprocess.PIPE)
        told, _ = await shell.communicate()
    assert told.startswith(b"HTTP/1.1 200"), told
    assert [message.text for facts in read for message in facts.messages] == ["这件还有货吗"]
