"""Whose turn it is: the group a waiting conversation belongs to, and the person on duty who gets it next.

Assigned is not taken over: it says who should, everybody who may still can. Nobody off duty is assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.reasons import HandoffReason
from knowledge_base.characters import fold


class Presence(StrEnum):
    """Whether somebody works now. Only who is online is assigned."""

    ONLINE = "online"
    BREAK = "break"
    OFFLINE = "offline"


class Mark(StrEnum):
    """Why a conversation is for the supervisors, the gravest first."""

    SAFETY = "safety"
    REGULATOR = "regulator"
    COMPLAINT = "complaint"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which conversations go to a group: those with one of the reasons (none: any), in one of the categories (none:
    any)."""

    group: str
    reasons: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def fits(self, reason: str, category: str) -> bool:
        """Say whether a handoff of this reason, in the category of the entry it came near, is meant."""
        return (not self.reasons or reason in self.reasons) and (not self.categories or category in self.categories)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a group: whether they work now, how many conversations they have open, and how many they may."""

    person: str
    presence: Presence
    open: int
    cap: int

    @property
    def free(self) -> bool:
        """On duty, and below the cap."""
        return self.presence is Presence.ONLINE and self.open < self.cap


def rule_for(rules: Sequence[Rule], reason: str, category: str) -> int | None:
    """The place of the first rule that fits, None if none does."""
    return next((place for place, rule in enumerate(rules) if rule.fits(reason, category)), None)


def next_free(candidates: Iterable[Candidate]) -> str | None:
    """Who is next: free, with the fewest open; of equals the one who stands first. None if nobody is free."""
    free = [one for one in candidates if one.free]
    return min(free, key=lambda one: one.open).person if free else None


_WORDS: tuple[tuple[Mark, tuple[str, ...]], ...] = (
    (
        Mark.SAFETY,
        (
            "过敏", "疹", "红肿", "烂脸", "毁容", "灼伤", "烧伤", "烫伤", "割伤", "划伤", "受伤", "流血", "住院", "医院",
            "急诊", "中毒", "拉肚子", "拉稀", "上吐下泻", "呕吐", "吃坏", "吃出", "有虫", "活虫", "异物", "发霉", "过期",
            "窒息", "误食", "误吞", "孕", "哺乳期", "爆炸", "起火", "着火", "冒烟", "漏电", "触电", "电到", "烧焦", "短路",
            "鼓包", "自杀", "不想活", "跳楼", "allergic", "food poisoning",
        ),
    ),
    (
        Mark.REGULATOR,
        (
            "12315", "12345", "12300", "96315", "打315", "找315", "报警", "报案", "派出所", "公安", "警察", "工商", "市场监",
            "市监", "消费者协会", "消协", "质检局", "质监局", "药监", "法院", "起诉", "打官司", "律师", "告你", "维权", "police",
            "lawyer", "sue you",
        ),
    ),
    (
        Mark.COMPLAINT,
        (
            "投诉", "举报", "黑猫", "曝光", "爆光", "网上", "媒体", "记者", "热搜", "介入", "平台处理", "赔", "三无", "假",
            "不是正品", "正品", "高仿", "欺诈", "诈骗", "虚假", "fake product", "report you",
        ),
    ),
)  # fmt: skip


def mark_of(reason: str | None, words: str) -> Mark | None:
    """Say whether a handoff is for the supervisors: a sensitive one whose words speak of safety, of an authority or of
    a complaint. ``words`` are those that were heard."""
    if reason != HandoffReason.SENSITIVE.value:
        return None
    said = fold(words)
    return next((mark for mark, known in _WORDS if any(word in said for word in known)), None)
