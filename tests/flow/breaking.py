"""The service with a fault of our own: its matcher breaks on one character, and the error repeats the buyer's words."""

from __future__ import annotations

from typing import Any

from bot.cli import main
from knowledge_base.base import KnowledgeBase

BREAKS_ON = "炸"

if __name__ == "__main__":
    read = KnowledgeBase.read

    def broken(self: KnowledgeBase, text: str, *more: Any) -> Any:
        if BREAKS_ON in text:
            raise ValueError("cannot read " + text)
        return read(self, text, *more)

    KnowledgeBase.read = broken  # type: ignore[method-assign]
    main()
