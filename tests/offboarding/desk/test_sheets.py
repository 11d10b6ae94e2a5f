"""Style sheets are whole: a rule left open swallows all that follows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[3] / "static"
SAID = re.compile(r"/\*.*?\*/|\"[^\"]*\"", re.DOTALL)
"""Comments and strings, where a brace is a letter."""


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda sheet: sheet.name)
def test_every_rule_is_closed(sheet):
    open_rules = 0
    for number, line in enumerate(SAID.sub("", sheet.read_text()).splitlines(), start=1):
        open_rules += line.count("{") - line.count("}")
        assert open_rules >= 0, f"closed once too often before line {number}"
    assert open_rules == 0, "a rule is left open"
