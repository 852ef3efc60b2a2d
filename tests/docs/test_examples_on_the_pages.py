"""What the pages show can be used: setup files, settings, FAQ files, the audit, and every command with its options."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot import cli, rulesets
from bot.accounting.request import answer
from bot.service import document
from bot.settings import Settings
from knowledge_base.files import guess_columns, read_table, to_entries
from knowledge_base.files.columns import COLUMNS
from tests.docs.pages import READMES, blocks, prose, text

DEPLOY = ("docs/deploy.md", "docs/deploy.zh-CN.md")
each_readme = pytest.mark.parametrize("page", READMES)


@each_readme
def test_the_setup_file_can_be_read(page: str) -> None:
    [example] = blocks(page, "yaml")
    read, _ = document.read(example)
    assert [shop.id for shop in read.shops] == ["myshop"]
    signs = next(block for block in blocks(page, "sh") if "SECRET=" in block)
    assert f"SECRET={read.channels[0].secrets[0]}\n" in signs


@each_readme
@pytest.mark.parametrize(
    ("part", "shape"),
    [
        ("shops", document.ShopPart),
        ("channels", document.ChannelPart),
        ("users", document.User),
        ("tokens", document.TokenPart),
    ],
)
def test_the_table_of_the_setup_file_leaves_no_field_out(page: str, part: str, shape: Any) -> None:
    row = next(line for line in text(page).splitlines() if line.startswith(f"| `{part}` |"))
    assert [name for name in shape.model_fields if not re.search(rf"(?<!\w){name}(?!\w)", row, re.ASCII)] == []


@each_readme
def test_the_audit_comes_out_as_the_page_says(page: str) -> None:
    [asked] = [json.loads(block) for block in blocks(page, "json") if '"kind": "inquiry"' in block]
    result = answer(asked, rulesets.load)["result"]
    [found] = result["inquiries"]
    assert (found["opened_by"], found["reason"], found["response_s"], found["decided_by"]) == ("q", "valid", 34, "s")
    assert [(one["message"], one["counts"]) for one in result["replies"]] == [("r", False), ("s", True)]


def said(page: str) -> Iterator[str]:
    """Every command line a page shows, in a block of shell or in a sentence."""
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            shown = line.partition(" #")[0].strip()
            if re.match(r"(\S*/)?miaohui ", shown):
                yield shown.partition("miaohui ")[2]
    yield from re.findall(r"`miaohui ([^`]+)`", prose(page))


@pytest.fixture(scope="module")
def command() -> Any:
    """The command line as it runs."""
    cli.register()
    return get_command(cli.app)


@pytest.mark.parametrize("page", [*READMES, *DEPLOY])
def test_every_command_and_option_on_a_page_is_one(page: str, command: Any) -> None:
    lines = list(said(page))
    assert lines
    for line in lines:
        words = shlex.split(line.replace("…", ""))
        found, options = followed(command, words)
        assert found is not command, f"{page}: miaohui {line}: no such command"
        assert [word for word in words if word.startswith("--") and word not in options] == [], f"{page}: {line}"


def followed(command: Any, words: list[str]) -> tuple[Any, set[str]]:
    """The command these words lead to, and the options it takes together with those on the way."""
    options: set[str] = set()
    for word in [*words, ""]:
        options |= {name for one in command.params for name in [*one.opts, *one.secondary_opts]}
        inner = getattr(command, "commands", {}).get(word)
        if inner is None:
            break
        command = inner
    return command, options


@each_readme
def test_the_table_of_commands_is_complete(page: str, command: Any) -> None:
    rows = "\n".join(line for line in text(page).splitlines() if line.startswith("| `miaohui"))
    assert [name for name in command.commands if f"miaohui {name}" not in rows] == []
    people = next(line for line in rows.splitlines() if line.startswith("| `miaohui user"))
    assert [name for name in command.commands["user"].commands if f"`{name}`" not in people] == []


@pytest.mark.parametrize("page", DEPLOY)
def test_the_example_settings_are_settings(page: str) -> None:
    [example] = blocks(page, "yaml")
    Settings(**yaml.safe_load(example))


def test_the_example_of_a_faq_file_is_read() -> None:
    [example] = blocks("docs/faq-files.md", "yaml")
    table = read_table(example.encode(), "faq.yaml")
    rows = to_entries(table, guess_columns(table))
    assert [entry.id for entry in rows.entries] == ["invoice", "damaged"]
    assert not rows.errors


def test_the_page_of_faq_files_names_every_column() -> None:
    page = text("docs/faq-files.md")
    assert [heading for heading in COLUMNS.values() if heading not in page] == []
