"""The console's pages and files: served under a strict policy, packed, and kept by browsers for as long as they may."""

from __future__ import annotations

import gzip
import re

import pytest

from bot.web.server import PAGES, STATIC


@pytest.mark.parametrize("path", [*PAGES, "/inbox/c123", "/faq/pack", "/settings/people"])
async def test_every_page_is_the_console_under_its_policy(bare_door, path):
    page = await bare_door.ask("GET", path, key="")
    assert (page.status, page.content_type, page.charset) == (200, "text/html", "utf-8")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert "unsafe" not in page.headers["Content-Security-Policy"]


async def test_all_that_a_page_names_is_there_and_kept_for_good(bare_door):
    text = await (await bare_door.ask("GET", "/", key="")).text()
    assert "__VERSION__" not in text
    named = re.findall(r'(?:src|href)="(/static/[^"#]+)', text)
    assert len(named) >= 3
    for path in named:
        found = await bare_door.ask("GET", path, key="")
        assert found.status == 200, path
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "entries"),
    [
        ("/faq", ["app.js"]),
        ("/inbox", ["app.js", "pages/inbox.js"]),
        ("/inbox/c1", ["app.js", "pages/inbox.js", "pages/inbox_thread.js", "pages/inbox_composer.js"]),
    ],
)
async def test_all_modules_of_the_first_paint_are_on_their_way_at_once(bare_door, path, entries):
    text = await (await bare_door.ask("GET", path, key="")).text()
    named = set(re.findall(r'<link rel="modulepreload" href="/static/[^/]+/([^"]+)">', text))
    todo, wanted = [STATIC / name for name in entries], set()
    while todo:
        file = todo.pop().resolve()
        if str(file.relative_to(STATIC)) not in wanted:
            wanted.add(str(file.relative_to(STATIC)))
            imports = re.findall(r"""(?:from|import)\s*["'](\.[^"']+)["']""", file.read_text("utf-8"))
            todo += [file.parent / name for name in imports]
    assert wanted <= named
    assert "pages/rates.js" not in named


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("**/*.js", "text/javascript", id="scripts"),
        pytest.param("**/*.css", "text/css", id="styles"),
        pytest.param("words/*.json", "application/json", id="words"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
async def test_files_come_packed_to_who_can_unpack(bare_door, name, kind, packed):
    file = max(STATIC.glob(name), key=lambda path: path.stat().st_size)
    path = f"/static/v/{file.relative_to(STATIC)}"
    found = await bare_door.client.get(
        path, headers={"Accept-Encoding": "gzip" if packed else "identity"}, auto_decompress=False
    )
    body = await found.read()
    assert found.content_type == kind
    assert found.headers["Vary"] == "Accept-Encoding"
    assert found.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(body) if packed else body) == file.read_bytes()
    if packed:
        assert len(body) < file.stat().st_size / 2


@pytest.mark.parametrize(
    "path", ["/static/v/nope.js", "/static/v/../server.py", "/static/v/%2e%2e/server.py", "/static/", "/nope", "/.env"]
)
async def test_what_is_not_there(bare_door, path):
    found = await bare_door.ask("GET", path, key="")
    assert found.status == 404
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in found.headers
    assert "Traceback" not in await found.text()
