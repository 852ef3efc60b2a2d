"""Whatever anybody writes is only ever text: script payloads in every field a page shows, every page opened in real
Chromium under the strict policy, with tripwires for what runs, what is built, and what the policy had to stop."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driving import OpenPage, Server, Visit
from tests.browser.test_every_page import PAGES

TRIP = "trip(9)"
TAGS = [
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script src=//x9q></script>", "<img src=x9q onerror={}>",
    "<img/src=x9q/onerror={}>", "<svg onload={}>", "<svg/onload={}>", "<svg><script>{}</script></svg>",
    "<body onload={}>", "<iframe src=javascript:{}>", "<iframe srcdoc='<script>{}</script>'>",
    "<object data=javascript:{}>", "<embed src=javascript:{}>", "<base href=//x9q/>", "<link rel=import href=//x9q>",
    "<meta http-equiv=refresh content=0;url=//x9q>", "<form action=javascript:{}><button>x", "<a href=javascript:{}>x</a>",
    "<details open ontoggle={}>", "<video src=x9q onerror={}>", "<audio src=x9q onerror={}>", "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>", "<textarea autofocus onfocus={}>", "<marquee onstart={}>", "<math><mi xlink:href=javascript:{}>",
    "<style>@import'//x9q'</style>", "<style>*{{background:url(//x9q)}}</style>", "<p style=background:url(//x9q)>",
    "<table background=//x9q>", "<template><script>{}</script></template>", "<noscript><img src=x9q onerror={}></noscript>",
    "<xmp><img src=x9q onerror={}></xmp>", "<title><img src=x9q onerror={}></title>", "<!--><img src=x9q onerror={}>-->",
    "<![CDATA[<img src=x9q onerror={}>]]>",
]  # fmt: skip
BREAKS = [
    "\"><script>{}</script>", "'><script>{}</script>", "\" onmouseover={} x=\"", "' onfocus={} autofocus x='",
    "`onerror={}`", "</textarea><script>{}</script>", "</title><script>{}</script>", "</style><script>{}</script>",
    "</script><script>{}</script>", "--><script>{}</script>", "]]><script>{}</script>", "javascript:{}",
    "JaVaScRiPt:{}", "java\tscript:{}", "data:text/html,<script>{}</script>", "vbscript:{}", "${{{}}}", "#{{{}}}",
    "{{{{{}}}}}", "<%= {} %>", "';{};'", "\";{};\"", "\\\";{}//", "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "&lt;script&gt;{}&lt;/script&gt;", "&#60;script&#62;{}", "%3Cscript%3E{}%3C/script%3E", "＜script＞{}＜/script＞",
    "<scr\u0000ipt>{}</script>", "\u2028{}\u2029", "\u202e{}", "{{\"__proto__\":{{\"innerHTML\":\"<img src=x9q onerror={}>\"}}}}",
]  # fmt: skip
PAYLOADS = [payload.format(TRIP) for payload in [*TAGS, *BREAKS]]
SHORT = [payload for payload in PAYLOADS if len(payload) <= 38]

TRIPWIRE = """
window.tripped = [];
window.trip = (what) => window.tripped.push(what);
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => window.tripped.push(name);
"""
BUILT = """() => [...document.querySelectorAll("*")].filter((one) =>
  one.getAttributeNames().some((name) => name.startsWith("on") || /x9q|trip\\(/.test(name)
    || /^\\s*(javascript|vbscript|data:text)/i.test(one.getAttribute(name)) && ["href", "src", "action", "data", "formaction"].includes(name))
  || ["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE"].includes(one.tagName)
  || one.tagName === "SCRIPT" && !one.src
).map((one) => one.outerHTML.slice(0, 200))"""


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 60
    assert len(SHORT) >= 25


def planted(seen: Visit) -> tuple[str, list[str]]:
    """Put payloads into every field a page shows; the shop, and the conversations that hold them."""
    shop = seen.call("GET", "/shops")[0]
    sid, channel = shop["id"], next(one["key"] for one in shop["channels"] if one["simulated"])
    for nth, payload in enumerate(PAYLOADS):
        buyer = f"xss{nth % 8}"
        name, text = SHORT[nth % len(SHORT)], f"{payload} 转人工"
        kind = ("text", "product_card", "order_card", "image", "link", "other")[nth % 6 if nth > 40 else 0]
        seen.call("POST", f"/sim/{channel}/say", {"buyer": buyer, "name": name, "text": text, "kind": kind})
    base = f"/shops/{sid}"
    for nth, short in enumerate(SHORT[:12]):
        entry = {"question": short, "phrasings": [PAYLOADS[nth]], "answer": PAYLOADS[nth + 12], "category": short[:20]}
        seen.call("POST", f"{base}/entries", entry)
        seen.call("POST", f"{base}/phrases", {"title": short, "text": PAYLOADS[-nth], "category": short[:20]})
        robot = {"name": short, "way": "wecom", "address": "http://127.0.0.1:9/x"}
        sink = seen.call("POST", f"{base}/alarms", robot)
        if nth == 0:
            seen.call("POST", f"{base}/alarms/{sink['id']}/test", {})
        seen.call("POST", "/tokens", {"name": short, "role": "agent", "shops": [sid]})
        person = {"name": short, "password": "miaohui-words-1", "roles": [{"role": "agent", "shop": sid}]}
        seen.call("POST", "/users", person)
        seen.call("POST", "/shops", {"id": f"xss{nth}", "name": short, "platform": "internal"})
    groups = [{"id": f"g{n}", "name": short, "members": [], "cap": 5} for n, short in enumerate(SHORT[:6])]
    seen.call("PUT", f"{base}/team", {"groups": groups, "rules": []})
    seen.call("PATCH", base, {"notices": {"welcome": PAYLOADS[3], "handoff": PAYLOADS[5]}})
    rule = {"name": "deadline.seconds", "value": 170, "why": PAYLOADS[0]}
    seen.call("PATCH", f"{base}/rules", rule)
    return sid, [talk["id"] for talk in _waiting(seen)]


def _waiting(seen: Visit) -> list[dict[str, str]]:
    for _ in range(100):
        found = [
            one for one in seen.call("GET", "/conversations?tab=waiting&limit=100")["items"]
            if one["buyer"]["id"].startswith("xss")
        ]  # fmt: skip
        if len(found) == 8:
            return found
        seen.page.wait_for_timeout(100)
    raise AssertionError("the payloads did not arrive")


def written_inside(seen: Visit, talk: str, nth: int) -> None:
    """What agents write: notes, replies, what is kept about a buyer, reasons."""
    base = f"/conversations/{talk}"
    seen.call("POST", f"{base}/takeover")
    seen.call("POST", f"{base}/note", {"text": PAYLOADS[nth]})
    seen.call("POST", f"{base}/reply", {"text": PAYLOADS[nth + 8], "origin": "typed"})
    seen.call("PUT", f"{base}/buyer", {"note": PAYLOADS[nth + 16], "labels": [SHORT[nth][:12]]})
    asked = next(line["id"] for line in seen.call("GET", base)["lines"] if line["sender"] == "buyer")
    seen.call("POST", f"{base}/reports", {"line": asked, "kind": "abuse", "note": PAYLOADS[nth + 24]})
    if nth == 0:
        seen.call("POST", f"{base}/release")
    if nth == 1:
        seen.call("POST", f"{base}/escalate", {"reason": PAYLOADS[0]})


@pytest.fixture
def wired(desk: OpenPage, owned: Server) -> tuple[Visit, list[str]]:
    seen = desk(height=2400, alone=True)
    seen.page.add_init_script(TRIPWIRE)
    seen.page.goto("/healthz")
    sid, talks = planted(seen)
    for nth, talk in enumerate(talks):
        written_inside(seen, talk, nth)
    delivery = seen.call("GET", f"/deliveries?shop={sid}")["items"][0]["id"]
    entry = seen.call("GET", f"/shops/{sid}/entries?q={'%3C'}")
    first = (entry["items"] or [{"id": "new"}])[0]["id"]
    return seen, [f"/inbox/{talk}" for talk in talks] + [f"/deliveries/{delivery}", f"/faq/{first}"]


def whole(seen: Visit, path: str) -> None:
    """Open a page, wait for all of it, open what can be opened, and look at every tripwire."""
    seen.page.goto(path)
    expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0, timeout=20_000)
    seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    seen.page.wait_for_timeout(150)
    expect(seen.page.locator("main [aria-busy=true]")).to_have_count(0)
    for why in seen.page.locator("button.link").all()[:3]:
        _press(why)
    _untouched(seen, path)


def _untouched(seen: Visit, where: str) -> None:
    for wire in ("window.tripped", BUILT, "window.violations"):
        assert seen.page.evaluate(wire) == [], where


def _press(part: Locator) -> None:
    if part.is_visible():
        part.click()
        part.page.wait_for_timeout(60)
        part.page.evaluate("document.querySelectorAll('dialog[open]').forEach((one) => one.close())")
        part.page.wait_for_timeout(30)


def test_p19_no_payload_in_any_field_runs_on_any_page(wired: tuple[Visit, list[str]]):
    seen, more = wired
    for path in [*PAGES, *more]:
        whole(seen, path)
    shown_letter_by_letter(seen, more[0])
    chosen_from(seen, more[0])
    asked = [url for url in seen.requests if "x9q" in url and "/api/" not in url]
    assert asked == [], "nothing was fetched for anybody's words"
    seen.quiet()


def chosen_from(seen: Visit, talk: str) -> None:
    """What floats over a page holds other people's words too: the menu of phrases, and what is found."""
    page = seen.page
    page.goto(talk)
    page.locator(".composer textarea").press_sequentially("/")
    expect(page.locator("#phrases").get_by_role("option").first).to_be_visible()
    _untouched(seen, "the menu")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    page.keyboard.insert_text("trip")
    expect(page.get_by_role("dialog").get_by_role("option").filter(has_text="trip(9)").first).to_be_visible()
    _untouched(seen, "what was found")


def test_the_tripwires_do_trip(desk: OpenPage):
    """Broken on purpose: were words put in as markup, the page's policy and these wires would both tell."""
    seen = desk(alone=True)
    seen.page.add_init_script(TRIPWIRE)
    seen.page.goto("/settings/look")
    seen.page.evaluate("(markup) => { document.body.insertAdjacentHTML('beforeend', markup); }", PAYLOADS[3])
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate(BUILT)
    assert seen.page.evaluate("window.violations")
    assert seen.page.evaluate("window.tripped") == [], "the policy stops what got in"


def shown_letter_by_letter(seen: Visit, talk: str) -> None:
    seen.page.goto(talk)
    expect(seen.page.locator(".bubble").first).to_be_visible()
    said = "\n".join(seen.page.locator(".bubble").all_inner_texts())
    assert "<script>trip(9)</script>" in said
