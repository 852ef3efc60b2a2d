"""``miaohui kb gaps``: what the FAQ could not answer, listed or written as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.processes import SECRET, miaohui

DOCUMENT = {
    "version": 1,
    "shops": [{"id": "shop", "name": "店", "platform": "xiaohongshu"}],
    "channels": [{"key": "shop.main", "shop": "shop", "adapter": "standard", "secrets": [SECRET]}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "setup.json"
    file.write_text(json.dumps(DOCUMENT))
    assert miaohui("init", file, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_it_lists_and_writes_a_table(folder: Path) -> None:
    done = miaohui("kb", "gaps", "shop", "--data", folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "共 0 组" in done.stderr
    out = folder / "gaps.csv"
    done = miaohui("kb", "gaps", "shop", "--out", out, "--data", folder)
    assert (done.returncode, done.stdout.strip()) == (0, str(out))
    assert next(csv.reader(out.read_text("utf-8-sig").splitlines()))[0] == "问法 question"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nowhere",), "没有店铺 nowhere"),
        (("shop", "--state", "odd"), "--state 只能是"),
        (("shop", "--out", "x.pdf"), "只写 .csv 和 .xlsx"),
    ],
)
def test_what_cannot_be_ends_with_two_and_a_sentence(folder: Path, words: tuple[str, ...], why: str) -> None:
    done = miaohui("kb", "gaps", *words, "--data", folder)
    assert (done.returncode, why in done.stderr) == (2, True), done.stderr
