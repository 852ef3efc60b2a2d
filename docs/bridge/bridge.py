#!/usr/bin/env python3
"""A bridge between a shop's platform and miaohui's standard channel: no library, about a hundred lines, yours to change.

The platform posts its JSON to /from-platform; miaohui posts signed replies to /from-miaohui. Change `to_miaohui` and
`to_platform`: everything between them (signatures, retries, repeats) stays. Settings come from the environment:
MIAOHUI_WEBHOOK, MIAOHUI_SECRET, PLATFORM_URL, PORT.
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WEBHOOK = os.environ["MIAOHUI_WEBHOOK"]
SECRET = os.environ["MIAOHUI_SECRET"]
PLATFORM = os.environ["PLATFORM_URL"]
KEY = base64.b64decode(SECRET.removeprefix("whsec_") + "=" * (-len(SECRET.removeprefix("whsec_")) % 4))
SENDERS = {"customer": "buyer", "staff": "agent", "autoreply": "platform_auto"}
waiting: "queue.Queue[tuple[str, bytes]]" = queue.Queue()
sent: "dict[str, str]" = {}
at_one_time = threading.Lock()


def to_miaohui(told: dict) -> dict:
    """What the platform says, in miaohui's form. Who cannot be told for sure is unknown: never write agent for it."""
    return {
        "id": str(told["id"]),
        "conversation": str(told["talk"]),
        "buyer": {"id": str(told["talk"]), "name": told.get("name", "")},
        "sender": SENDERS.get(told.get("who"), "unknown"),
        "kind": "text",
        "text": told["text"],
        **({"sent_at": told["at"]} if told.get("at") else {}),
    }


def to_platform(reply: dict) -> str:
    """Give a reply to the platform; its own id of the message comes back."""
    said = {"talk": reply["conversation"], "text": reply["text"]}
    with post(PLATFORM, json.dumps(said).encode(), {"content-type": "application/json"}) as answer:
        return str(json.load(answer).get("id", ""))


def signature(name: str, at: str, body: bytes) -> str:
    digest = hmac.new(KEY, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def post(url: str, body: bytes, headers: dict):
    return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10)  # noqa: S310


def forward() -> None:
    """Bring each message to miaohui until it says yes; the id stays the same, so trying again repeats nothing."""
    while True:
        name, body = waiting.get()
        for pause in (1, 2, 5, 15, 60, 300, 1800, 7200):
            at = str(int(time.time()))
            headers = {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signature(name, at, body)}
            try:
                with post(WEBHOOK, body, {**headers, "content-type": "application/json"}):
                    break
            except (urllib.error.URLError, OSError) as why:
                print(f"{name}: {why}, again in {pause} s", file=sys.stderr, flush=True)
                time.sleep(pause)


class Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/from-platform":  # check the platform's own signature here, over `body`
            item = to_miaohui(json.loads(body))
            waiting.put((f"bridge-{item['id']}", json.dumps({"type": "message", "data": item}).encode()))
            return self.answer(200, {})
        if self.path != "/from-miaohui":
            return self.answer(404, {})
        name, at = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
        fits = any(
            hmac.compare_digest(one.encode(), signature(name, at, body).encode())
            for one in self.headers.get("webhook-signature", "").split(" ")
        )
        if not fits or not at.isdigit() or abs(time.time() - int(at)) > 300:
            return self.answer(401, {"why": "the signature does not fit"})
        with at_one_time:  # a reply that comes again is not shown again
            if name not in sent:
                try:
                    sent[name] = to_platform(json.loads(body)["data"])
                except urllib.error.HTTPError as why:  # the platform said no: surely not shown
                    return self.answer(422, {"why": f"the platform answered {why.code}"})
        return self.answer(200, {"id": sent[name]})

    def answer(self, status: int, told: dict) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody's words go into a log."""


if __name__ == "__main__":
    threading.Thread(target=forward, daemon=True).start()
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Door)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
