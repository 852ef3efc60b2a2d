"""Which passwords are taken."""

from __future__ import annotations

import pytest

from bot.service.passwords import Passwords, check, common
from bot.service.refusal import Refusal


@pytest.mark.parametrize(
    ("password", "code"),
    [
        pytest.param("1234567", "password_short", id="seven characters"),
        pytest.param("晴天雨天雪天呀", "password_short", id="seven Chinese characters"),
        pytest.param("晴天雨天雪天呀！", None, id="eight Chinese characters"),
        pytest.param("k7 dunes", None, id="eight characters, no rule about kinds"),
        pytest.param("all lower case words", None, id="a sentence"),
        pytest.param("长" * 63 + "x", None, id="64 characters"),
        pytest.param("ab" * 128, None, id="256 characters"),
        pytest.param("ab" * 128 + "c", "password_long", id="257 characters"),
        pytest.param("12345678", "password_common", id="a run of digits"),
        pytest.param("1qaz2wsx", "password_common", id="a row of keys"),
        pytest.param("Woaini1314", "password_common", id="a lucky phrase, whatever the case"),
        pytest.param("１２３４５６７８", "password_common", id="the same digits in full width"),
        pytest.param("zzzzzzzzzz", "password_common", id="one key held down"),
        pytest.param("north-star-shop", "password_common", id="the name itself"),
    ],
)
def test_passwords_are_taken_or_refused_in_words(password, code):
    if code is None:
        check(password, "North-Star-Shop")
        return
    with pytest.raises(Refusal) as refused:
        check(password, "North-Star-Shop")
    assert (refused.value.code, refused.value.pointer) == (code, "/password")
    assert refused.value.zh
    assert refused.value.en


def test_the_list_of_common_passwords_is_long_and_holds_only_what_length_lets_through():
    assert len(common()) > 300
    assert {word for word in common() if len(word) < 8} == set()


async def test_hashes_are_argon2id_as_strong_as_promised_and_never_twice_the_same():
    passwords = Passwords()
    first, second = await passwords.hashed("blue kettle 9"), await passwords.hashed("blue kettle 9")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


@pytest.mark.parametrize(
    ("kept", "guess", "fits"),
    [
        pytest.param("blue kettle 9", "blue kettle 9", True, id="the password"),
        pytest.param("blue kettle 9", "ｂｌｕｅ kettle 9", True, id="typed in full width"),
        pytest.param("blue kettle 9", "blue kettle 9 ", False, id="a space more"),
        pytest.param("blue kettle 9", "", False, id="nothing"),
        pytest.param(None, "nobody has this password", False, id="nobody of this name"),
    ],
)
async def test_a_guess_fits_or_does_not(kept, guess, fits):
    passwords = Passwords()
    assert await passwords.fits(kept and await passwords.hashed(kept), guess) is fits
