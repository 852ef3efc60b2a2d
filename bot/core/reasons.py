"""Why something was decided: codes that go to the journal, the books and, put into words, the screen.

A new one needs a word in both languages (``reason.<code>`` in the console's words) and a row in the tests.
"""

from __future__ import annotations

from enum import StrEnum


class HandoffReason(StrEnum):
    """Why the bot asks for a person."""

    ASKED_FOR_PERSON = "asked_for_person"
    NO_MATCH = "no_match"
    UNSURE = "unsure"
    TWO_ALIKE = "two_alike"
    SEVERAL_QUESTIONS = "several_questions"
    UPSET = "upset"
    SENSITIVE = "sensitive"
    MEDIA = "media"
    CARD_ALONE = "card_alone"
    SEND_FAILED = "send_failed"
    BY_HAND = "by_hand"
    DRAFT_TO_CONFIRM = "draft_to_confirm"
    BOT_OFF = "bot_off"
    MISSING_FIELD = "missing_field"
    STALE = "stale"
    OWN_FAULT = "own_fault"
    ENTRY_WANTS_PERSON = "entry_wants_person"
    RELEASED_OWED = "released_owed"


class SilenceReason(StrEnum):
    """Why nothing is said. Allowed only where no inquiry is left open without a person."""

    PERSON_HOLDS = "person_holds"
    SMALL_TALK_SETTLED = "small_talk_settled"
    DUPLICATE_QUESTION = "duplicate_question"
    OWN_ECHO = "own_echo"
    NOT_FOR_US = "not_for_us"


KEEPS_BOT_QUIET = frozenset({HandoffReason.ASKED_FOR_PERSON, HandoffReason.UPSET, HandoffReason.SENSITIVE})
"""While one of these waits for a person, the bot gives no further answer, however sure."""
