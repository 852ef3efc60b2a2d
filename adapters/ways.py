"""How each platform can be wired today, as data for the console's page: read from ``ways.yaml`` beside this file."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict


class Words(BaseModel):
    """One sentence or more, in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str


class Way(BaseModel):
    """One platform: how it comes in today, what that costs, what can then be measured.

    ``shipped``: we speak its wire ourselves. ``human_replies``: whether the wire shows what people type in the
    platform's own app.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: Words
    shipped: bool
    planned: bool
    human_replies: Literal["yes", "no", "depends"]
    today: Words
    effort: Words
    measurable: Words


class Ways(BaseModel):
    """All ways, in the order of the page, and the day their facts were read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    read_on: date
    ways: tuple[Way, ...]


@cache
def load_ways() -> Ways:
    """Return the ways shipped with this version.

    Raises:
        pydantic.ValidationError: the data file lacks a field or holds an unknown one.
    """
    return Ways.model_validate(yaml.safe_load(files("adapters").joinpath("ways.yaml").read_text("utf-8")))
