"""The languages, colour schemes and widths in which a page is looked at.

``make test`` takes each language, each scheme and each width once; ``make looks`` (``MIAOHUI_LOOKS=all``) all of them
together.
"""

from __future__ import annotations

import os

import pytest

ALL = os.environ.get("MIAOHUI_LOOKS") == "all"
_ZH, _EN = (0, "zh-CN"), (1, "en-US")
_LOOKS = [(*language, scheme) for language in (_ZH, _EN) for scheme in ("light", "dark")]
_WIDE, _PHONE = 1360, 390

LOOKS = _LOOKS if ALL else [(*_ZH, "light"), (*_EN, "dark")]
_SIZED = [(width, *look) for width in (_WIDE, _PHONE) for look in _LOOKS]
SIZED = _SIZED if ALL else [(_WIDE, *LOOKS[0]), (_PHONE, *LOOKS[1])]

looks = pytest.mark.parametrize(("place", "locale", "scheme"), LOOKS, ids=str)
"""Both languages and both schemes."""
sized_looks = pytest.mark.parametrize(("width", "place", "locale", "scheme"), SIZED, ids=str)
"""Both widths with both languages and both schemes."""
