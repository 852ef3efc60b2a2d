"""``make console``: the console's limits that fit a short run, in real Chromium against a real server.

Prints each figure beside its limit. ``CONSOLE_TALKS`` conversations (1,000) wait in the list.
"""

from __future__ import annotations

import gzip
import http.client
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.driving import NAME, PASSWORD, Visit, serving

TALKS = int(os.environ.get("CONSOLE_TALKS", "1000"))
TIMES = 7

STEPS = """async (letters) => {
  const field = document.querySelector(".composer textarea");
  const took = [];
  field.focus();
  for (const letter of letters) {
    await new Promise((next) => setTimeout(next, 60));
    const began = performance.now();
    document.execCommand("insertText", false, letter);
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 0)));
    took.push(performance.now() - began);
  }
  return took;
}"""
"""From a letter put in until after the frame that shows it (ms, one a letter)."""

SCROLL = """async () => {
  const box = document.querySelector(".windowed");
  const frames = [];
  let last = performance.now();
  for (let step = 0; step < 60; step += 1) {
    box.scrollTop += 400;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return {frames, rows: box.querySelectorAll("[data-talk]").length};
}"""

ARRIVES = """(text) => new Promise((found) => {
  const look = () => [...document.querySelectorAll(".bubble")].some((one) => one.textContent === text);
  const watch = new MutationObserver(() => look() && requestAnimationFrame(() => { watch.disconnect(); found(Date.now()); }));
  watch.observe(document.body, {childList: true, subtree: true, characterData: true});
})"""


def row(name: str, figure: str, limit: str) -> None:
    """One line of the table."""
    print(f"{name:<44}{figure:<34}{limit}", flush=True)


def at(values: list[float], share: float) -> float:
    """A share of the values lies below it."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def shop_filled(seen: Visit, token: str) -> str:
    """An owner, the example shop and its waiting conversations; the shop's channel."""
    first = {"token": token, "name": NAME, "password": PASSWORD, "platform": "xiaohongshu", "lang": "zh-CN"}
    seen.call("POST", "/start/owner", first)
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    seen.page.evaluate(
        """async ([channel, count]) => {
          for (let from = 0; from < count; from += 20) {
            await Promise.all([...Array(20).keys()].map((n) => fetch(`/api/v1/sim/${channel}/say`, {
              method: "POST", headers: {"Content-Type": "application/json", "Idempotency-Key": `fill-${from + n}`},
              body: JSON.stringify({buyer: `b${from + n}`, name: `买家 ${from + n}`, text: "我要找人工"}),
            })));
          }
        }""",
        [channel, TALKS],
    )
    for _ in range(300):
        answer = seen.call("GET", "/conversations?tab=waiting&limit=1")
        if answer["counts"]["waiting"] >= TALKS:
            return str(channel)
        time.sleep(0.2)
    raise SystemExit("the conversations did not arrive")


def first_load(browser: Browser, url: str, state: Any) -> None:
    """What the inbox loads at first, and how long until its list stands: cold, then warm."""
    context = browser.new_context(base_url=url, storage_state=state)
    asked, sizes, took = [], {}, {}

    def keep(response: Any) -> None:
        if response.url.split("?")[0].endswith((".js", ".css")):
            sizes[response.url] = len(gzip.compress(response.body(), 9))

    for which in ("cold", "warm"):
        page = context.new_page()
        if which == "cold":
            page.on("request", lambda request: asked.append(request.url))
            page.on("websocket", lambda socket: asked.append(socket.url))
            page.on("response", keep)
        began = time.perf_counter()
        page.goto("/inbox", wait_until="commit")
        page.locator("[data-talk]").first.wait_for()
        took[which] = time.perf_counter() - began
        page.wait_for_timeout(500)
        page.close()
    context.close()
    named = [one for one in asked if not one.startswith("data:")]
    row("first load, scripts and styles, gzip", f"{sum(sizes.values()) / 1024:.1f} KB in {len(sizes)} files", "80 KB")
    row("first load, requests", str(len(named)), "40")
    row("open to usable, cold", f"{took['cold']:.2f} s", "1.0 s")
    row("open to usable, warm", f"{took['warm']:.2f} s", "0.5 s")


def pages_of_the_list(url: str, cookies: list[Any]) -> list[float]:
    """How long pages of the list take (ms), asked for without a browser."""
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    headers = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies)}
    took = []
    for _ in range(60):
        began = time.perf_counter()
        line.request("GET", "/api/v1/conversations?tab=waiting&limit=50", headers=headers)
        answer = line.getresponse()
        answer.read()
        took.append(1000 * (time.perf_counter() - began))
        assert answer.status == 200, answer.status
    line.close()
    return took


def long_list(page: Page) -> None:
    """Scrolling the long list, and a page of it from the API."""
    frames = page.evaluate(SCROLL)
    slow = sum(one > 34 for one in frames["frames"])
    row(f"scrolling {TALKS:,} conversations", f"{slow} of 60 frames over 34 ms", "none dropped")
    row("rows that exist", str(frames["rows"]), "only those in sight")
    took = pages_of_the_list(page.url, page.context.cookies())
    row("API page of the list", f"p50 {statistics.median(took):.0f} ms, p95 {at(took, 0.95):.0f} ms", "p95 150 ms")


def desk(seen: Visit, page: Page, channel: str) -> None:
    """A buyer's line painted, keys to characters, and a takeover from the press to the bar that says so."""
    talk = seen.call("GET", "/conversations?tab=waiting&limit=1")["items"][0]
    page.goto(f"/inbox/{talk['id']}")
    page.locator(".composer textarea").wait_for()
    delays = []
    for nth in range(TIMES):
        text = f"再问一句 {nth}"
        page.evaluate(f"window.painted = ({ARRIVES})({text!r}); 0")
        began = time.time() * 1000
        seen.call("POST", f"/sim/{channel}/say", {"buyer": talk["buyer"]["id"], "text": text})
        delays.append(page.evaluate("window.painted") - began)
    row(
        "buyer's line delivered to painted",
        f"p50 {statistics.median(delays):.0f} ms, worst {max(delays):.0f} ms",
        "stored to painted p95 300 ms",
    )
    took = page.evaluate(STEPS, "today we ship it at once")
    row("key to character painted", f"p50 {statistics.median(took):.0f} ms, p95 {at(took, 0.95):.0f} ms", "50 ms")
    page.locator(".composer textarea").fill("")
    page.keyboard.press("Escape")
    began = time.perf_counter()
    page.keyboard.press("t")
    page.locator(".bar.agent").wait_for()
    row("takeover, key to bar", f"{1000 * (time.perf_counter() - began):.0f} ms", "100 ms, else a busy sign")


def main() -> None:
    """Start a server of its own, fill it, measure."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server, sync_playwright() as drive:
        browser = drive.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=server.url, locale="zh-CN")
        seen = Visit(context.new_page())
        seen.page.goto("/healthz")
        channel = shop_filled(seen, server.token)
        row("figure", "measured", "limit")
        first_load(browser, server.url, context.storage_state())
        page = context.new_page()
        page.goto("/inbox")
        page.locator("[data-talk]").first.wait_for()
        long_list(page)
        desk(seen, page, channel)
        browser.close()


if __name__ == "__main__":
    main()
