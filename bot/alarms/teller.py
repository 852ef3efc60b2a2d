"""Telling one sink, once, from a thread: by apprise, whose own plugins serve mail and every other service.

Robots get a small plugin of ours: apprise signs no call to Feishu, and takes HTTP 200 with an error code for a yes.
Redirects are never followed: only an address that an admin typed is ever called.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

from bot.alarms.robots import ROBOTS, TOO_OFTEN, address_of, why
from bot.core.alert_words import Said
from bot.core.alerts import Told

TIMEOUT_S = (4.0, 6.0)
"""To connect, and between two bytes of the answer."""
ANSWER_AT_MOST = 64 * 1024
MAIL, ANY = "mail", "apprise"
LOCAL = frozenset(("dbus", "qt", "kde", "glib", "gnome", "macosx", "windows", "syslog", "kumquat", "smpp", "smpps"))
"""What apprise would do on this machine itself instead of calling anybody."""
READS_FILES = re.compile(r"[?&](?:pgpkey|keyfile|subfile|template|attach)=", re.IGNORECASE)
_ONE_AT_A_TIME = threading.Lock()
_SENT = Told(True, "已送达", "delivered")


class Teller:
    """Sinks as wires: what can be told, whether an address can be one, and the telling itself (it blocks: use a thread)."""

    ways = (*ROBOTS, MAIL, ANY)

    def check(self, way: str, address: str, secret: str) -> tuple[str, str] | None:
        """What is wrong with an address or secret, in words (Chinese, English); None when it can be called."""
        if way in ROBOTS:
            try:
                address_of(way, address)
            except ValueError:
                return (
                    "要填机器人给的完整地址，以 https:// 开头。",
                    "Give the whole address the robot shows; it begins with https://.",
                )
            if secret and not ROBOTS[way].signs:
                return "这种机器人没有加签密钥，请留空。", "This kind of robot has no signing secret; leave it empty."
            return None
        return self._check_other(way, address)

    def _check_other(self, way: str, address: str) -> tuple[str, str] | None:
        scheme = address.strip().partition("://")[0].lower()
        if way == MAIL and scheme not in ("mailto", "mailtos"):
            return (
                "邮件地址写成 mailtos://用户:密码@smtp.服务器?to=收件人。",
                "Mail is written as mailtos://user:password@smtp.server?to=receiver.",
            )
        if scheme in LOCAL or READS_FILES.search(address):
            return (
                "这种通知会动用服务器本身，不能用。",
                "This kind would act on, or read from, the server itself; it cannot be used.",
            )
        if _instance(address) is None:
            return (
                "apprise 不认识这个地址，写法见 appriseit.com/services。",
                "apprise does not know this address; see appriseit.com/services for how to write it.",
            )
        return None

    def place(self, way: str, address: str) -> str:
        """What may be shown of an address: where it leads, never the key in it."""
        if way in ROBOTS:
            return urlsplit(address_of(way, address)).hostname or ""
        scheme, _, rest = address.strip().partition("://")
        host = (urlsplit(f"//{rest}").hostname or "") if way == MAIL else ""
        return f"{scheme.lower()}://{host}"

    def tell(self, way: str, address: str, secret: str, said: Said) -> Told:
        """Tell a sink once; blocks for at most about ten seconds. Never raises: every ending is a ``Told``."""
        try:
            if way in ROBOTS:
                return _by_robot(way, address_of(way, address), secret, said)
            return _by_apprise(address, said)
        except Exception as error:
            kind = type(error).__name__
            return Told(False, f"发送时出错：{kind}", f"an error while sending: {kind}")


def _apprise() -> Any:
    """The library, imported when it is first needed: it is heavy."""
    import apprise

    return apprise


def _asset() -> Any:
    apprise = _apprise()
    return apprise.AppriseAsset(app_id="miaohui", app_desc="miaohui", http_redirects=False, plugin_paths=[])


def _instance(address: str) -> Any:
    apprise = _apprise()
    made = apprise.Apprise.instantiate(address.strip(), asset=_asset(), suppress_exceptions=True)
    if made is not None:
        made.redirects = False
    return made


def _by_apprise(address: str, said: Said) -> Told:
    """Mail and the rest: apprise says only yes or no; the status it logs is all that may be repeated."""
    apprise = _apprise()
    made = _instance(address)
    if made is None:
        return Told(False, "apprise 不认识这个地址", "apprise does not know this address", again=False)
    made.socket_connect_timeout, made.socket_read_timeout = TIMEOUT_S
    made.request_rate_per_sec = 0
    box = apprise.Apprise(asset=_asset())
    box.add(made)
    # What it logs is heard from the whole process: one at a time, so that no call hears of another's failure.
    with _ONE_AT_A_TIME, apprise.LogCapture(level=logging.WARNING) as heard:
        ok = box.notify(title=said.title, body=said.body)
        status = re.search(r"error=(\d{3})\b", heard.getvalue())
    if ok:
        return _SENT
    more = f"（HTTP {status[1]}）" if status else ""
    return Told(
        False,
        f"没能送出{more}：检查地址和密码",
        f"not delivered{f' (HTTP {status[1]})' if status else ''}: check address and password",
    )


def _by_robot(way: str, address: str, secret: str, said: Said) -> Told:
    robot = _plugin()(lambda: _post(way, address, secret, said), asset=_asset())
    box = _apprise().Apprise(asset=_asset())
    box.add(robot)
    box.notify(title=said.title, body=said.body)
    told: Told = robot.told
    return told


def _plugin() -> Any:
    """A plugin of apprise that makes one call of ours and remembers what came of it."""
    base = _apprise().NotifyBase

    class RobotCall(base):  # type: ignore[misc, valid-type]
        """One POST to a group robot."""

        service_name = "robot"
        request_rate_per_sec = 0
        body_maxlen = 32_768

        def __init__(self, call: Callable[[], Told], **more: Any) -> None:
            super().__init__(**more)
            self.call = call
            self.told = Told(False, "没有发出", "not sent")

        def url(self, privacy: bool = False, *_more: Any, **_others: Any) -> str:
            """Nothing that could be logged: the address is the secret."""
            return "robot://"

        def send(self, body: str, title: str = "", **_more: Any) -> bool:
            """Make the call; what it says is our own message, whole."""
            self.told = self.call()
            return self.told.ok

    return RobotCall


def _post(way: str, address: str, secret: str, said: Said) -> Told:
    import requests

    robot = ROBOTS[way]
    call = robot.build(said, secret, round(time.time() * 1000))
    try:
        with requests.post(
            address, params=dict(call.query), json=call.body, timeout=TIMEOUT_S, allow_redirects=False, stream=True
        ) as answer:
            raw = b""
            for part in answer.iter_content(1024):
                raw += part
                if len(raw) > ANSWER_AT_MOST:
                    break
            return _heard(way, answer.status_code, answer.headers.get("Retry-After", ""), raw, (address, secret))
    except requests.Timeout:
        return Told(False, "对方没有按时答复，可能已送达", "no answer in time; it may have been delivered")
    except requests.RequestException:
        return Told(False, "连不上这个地址", "the address cannot be reached")


def _heard(way: str, status: int, retry_after: str, raw: bytes, secrets: tuple[str, str]) -> Told:
    """What a robot's answer means."""
    wait_s = float(retry_after) if retry_after.isdigit() else None
    if 300 <= status < 400:
        return Told(
            False,
            f"对方要转到别的地址（HTTP {status}），没有跟过去",
            f"it points elsewhere (HTTP {status}); redirects are not followed",
            again=False,
        )
    try:
        found = json.loads(raw)
    except ValueError:
        found = {}
    found = found if isinstance(found, dict) else {}
    code = found.get(ROBOTS[way].code)
    if isinstance(code, int) and code != ROBOTS[way].good:
        zh, en = why(way, code, _own_words(found, secrets))
        often = (way, code) in TOO_OFTEN or status == 429
        return Told(False, zh, en, again=often or status >= 500, retry_after_s=wait_s or (60.0 if often else None))
    if status != 200:
        return Told(
            False,
            f"对方返回 HTTP {status}",
            f"it answered HTTP {status}",
            again=status == 429 or status >= 500,
            retry_after_s=wait_s,
        )
    if code is None:
        return Told(
            False,
            "对方的答复看不懂，可能不是机器人地址",
            "an answer we cannot read; perhaps no robot's address",
            again=False,
        )
    return _SENT


def _own_words(found: dict[str, Any], secrets: tuple[str, str]) -> str:
    """A robot's own sentence, short, without any part of the address or secret it might repeat."""
    words = next((str(found[name]) for name in ("errmsg", "msg", "message") if found.get(name)), "")
    address, secret = secrets
    for part in {secret, *re.split(r"[/?&=]", urlsplit(address).path + "?" + urlsplit(address).query)}:
        if len(part) >= 6:
            words = words.replace(part, "***").replace(quote_plus(part), "***")
    return words[:120]
