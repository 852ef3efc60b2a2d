"""``python -m bot`` is ``miaohui``."""

from bot.cli import main

main()
