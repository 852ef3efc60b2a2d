"""The composer by keyboard alone, and with an input method: no key of ours acts while one composes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import OpenPage, Visit, say


def compose(page: Page, text: str) -> None:
    """Begin to compose with an input method, as a Chinese keyboard does: nothing is in the field for good yet."""
    page.context.new_cdp_session(page).send(
        "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
    )


def press_while_composing(page: Page, key: str) -> None:
    """Press a key the input method keeps: browsers report it with key code 229."""
    session = page.context.new_cdp_session(page)
    for kind in ("rawKeyDown", "keyUp"):
        session.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": 229})


def opened(desk: OpenPage, buyer: str, **options) -> tuple[Visit, Page]:
    """A conversation of this buyer, open at the desk."""
    seen = desk(**options)
    talk = say(seen, "我要找人工", buyer)
    seen.page.goto(f"/inbox/{talk}")
    expect(seen.page.get_by_label("回复", exact=True)).to_be_focused()
    return seen, seen.page


def sent(page: Page):
    """The agent's own lines."""
    return page.locator("article.line.agent")


def test_enter_that_confirms_a_word_sends_nothing(desk: OpenPage):
    seen, page = opened(desk, "ime-enter")
    compose(page, "nihao")
    press_while_composing(page, "Enter")
    page.wait_for_timeout(300)
    expect(sent(page)).to_have_count(0)

    page.keyboard.insert_text("你好，这件有现货")
    page.keyboard.press("Enter")
    expect(sent(page)).to_have_count(1)
    seen.quiet()


def test_enter_after_a_composition_that_safari_ended_sends_nothing(desk: OpenPage):
    _seen, page = opened(desk, "ime-safari")
    page.keyboard.insert_text("这件有现货")
    press_while_composing(page, "Enter")
    page.wait_for_timeout(300)
    expect(sent(page)).to_have_count(0)


def what_shortcuts_change(page: Page) -> dict[str, object]:
    """Everything the desk's letter keys change: address, dialog, who serves, reply or note, where the focus is."""
    return {
        "address": page.url,
        "dialogs": page.get_by_role("dialog").count(),
        "bar": page.locator(".bar p").inner_text(),
        "fields": page.locator("textarea").evaluate_all("all => all.map((field) => field.getAttribute('aria-label'))"),
        "focus": page.evaluate("document.activeElement.tagName + (document.activeElement.dataset.talk || '')"),
        "scheme": page.evaluate("document.documentElement.dataset.scheme || ''"),
    }


def press_letter(page: Page, letter: str, code: int) -> None:
    """Press a letter; code 229 is what a browser reports while an input method keeps the key."""
    page.context.new_cdp_session(page).send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": letter.lower(), "code": f"Key{letter}", "windowsVirtualKeyCode": code},
    )
    page.wait_for_timeout(200)


@pytest.mark.parametrize("letter", ["T", "N", "E", "J", "D"])
def test_letters_of_a_composition_are_no_shortcuts(desk: OpenPage, letter):
    _seen, page = opened(desk, f"ime-{letter}")
    expect(page.locator("[data-talk]").first).to_be_visible()
    expect(page.get_by_label("买家备注")).to_be_visible()
    # On a busy machine the page is open before the conversation is handed off.
    expect(page.locator(".bar p")).to_contain_text("机器人已停止回复")
    page.keyboard.press("Escape")
    before = what_shortcuts_change(page)
    press_letter(page, letter, 229)
    assert what_shortcuts_change(page) == before
    press_letter(page, letter, ord(letter))
    for _ in range(30):  # a takeover asks the server first
        if what_shortcuts_change(page) != before:
            break
        page.wait_for_timeout(100)
    assert what_shortcuts_change(page) != before, "the letter is no shortcut here, so nothing was shown"


def test_shift_enter_makes_a_line(desk: OpenPage):
    _seen, page = opened(desk, "shift-enter")
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    expect(page.get_by_label("回复", exact=True)).to_have_value("第一行\n第二行")
    expect(sent(page)).to_have_count(0)


@pytest.mark.parametrize("slash", ["/", "／", "、", "\\"])
def test_a_slash_of_any_keyboard_opens_the_phrases(desk: OpenPage, slash):
    _seen, page = opened(desk, f"slash-{ord(slash)}")
    page.keyboard.insert_text(slash)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_phrase_is_found_by_its_initials_and_taken_with_enter(desk: OpenPage):
    _seen, page = opened(desk, "initials")
    shop = _seen.call("GET", "/shops")[0]["id"]
    phrase = next(
        p for p in _seen.call("GET", f"/shops/{shop}/phrases") if p["kind"] == "phrase" and len(p["initials"]) >= 3
    )
    page.keyboard.type("/" + phrase["initials"])
    expect(page.get_by_role("option").first).to_contain_text(phrase["title"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("回复", exact=True)).not_to_have_value(re.compile("^/"))
    expect(page.get_by_text("快捷短语")).to_be_visible()
    expect(sent(page)).to_have_count(0)


def test_an_unfilled_field_is_named_and_not_sent(desk: OpenPage):
    _seen, page = opened(desk, "unfilled")
    page.keyboard.insert_text("单号是 {快递单号}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("还有没填的字段").first).to_contain_text("{快递单号}")
    expect(sent(page)).to_have_count(0)


def test_a_note_never_goes_to_the_buyer(desk: OpenPage):
    seen, page = opened(desk, "note")
    page.keyboard.press("Alt+n")
    page.keyboard.type("退过两次货，注意尺码")
    expect(page.get_by_role("button", name="添加备注")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.locator("article.line.note")).to_contain_text("退过两次货")
    channel = seen.call("GET", "/shops")[0]["channels"][0]["key"]
    assert "退过两次货" not in str(seen.call("GET", f"/sim/{channel}/chat?buyer=note"))


def test_keys_pressed_faster_than_rows_are_drawn_end_at_the_right_row(desk: OpenPage):
    seen = desk()
    for nth in range(24):
        talk = say(seen, "我要找人工", f"fast-keys-{nth}")
    page = seen.page
    page.goto("/inbox")
    expect(page.locator("[data-talk]").first).to_be_visible()
    order = [one["id"] for one in seen.call("GET", "/conversations?tab=waiting&limit=200")["items"]]
    assert talk in order
    page.evaluate(
        """async presses => {
          for (let n = 0; n < presses; n += 1) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true}));
            await new Promise((next) => setTimeout(next));
          }
        }""",
        22,
    )
    page.wait_for_function("talk => document.activeElement.dataset.talk === talk", arg=order[21])
    seen.quiet()


def test_the_whole_desk_by_keyboard(desk: OpenPage):
    """Find the conversation, take it over, answer, give it back, close another: no pointer is touched."""
    seen = desk()
    talk = say(seen, "我要找人工", "by-keyboard")
    page = seen.page
    page.goto("/inbox")
    expect(page.locator("[data-talk]").first).to_be_visible()
    for _ in range(seen.call("GET", "/conversations?tab=waiting&limit=1")["counts"]["waiting"]):
        before = page.evaluate("document.activeElement.dataset.talk || ''")
        page.keyboard.press("j")
        page.wait_for_function(
            "before => ![undefined, before].includes(document.activeElement.dataset.talk)", arg=before
        )
        if page.evaluate("document.activeElement.dataset.talk") == talk:
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(talk))
    expect(page.get_by_label("回复", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_text("我正在接待，机器人不会插话")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("马上给你查，这单今天 16 点前发出")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^计入 · "))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.get_by_text("机器人接待中")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_text("会话已结束")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name=re.compile("结束会话"))).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url(re.compile("/rates"))
    seen.quiet()
