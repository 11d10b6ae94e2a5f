"""What the README tells a newcomer is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.core.management import get_commands

BASE_DIR = Path(__file__).resolve().parent.parent.parent
README = (BASE_DIR / "README.md").read_text()


def test_its_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (BASE_DIR / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)(?=[ `\n])", README)) - {"test"} <= targets


def test_its_commands_exist():
    assert set(re.findall(r"manage\.py ([a-z_]+)", README)) <= set(get_commands())


def test_its_links_lead_somewhere():
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", README) if not (BASE_DIR / link).exists()] == []


def test_its_settings_are_those_of_the_example_file():
    told = set(re.findall(r"`((?:[A-Z]+_)+(?:URL|KEY|MAP|BYTES))`", README.partition("## Settings")[2]))
    assert told
    assert told <= set(re.findall(r"^([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))


def test_its_data_map_is_a_valid_one(tmp_path):
    from exports.datamap_file import load

    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert tomllib.loads(example)
    path = tmp_path / "datamap.toml"
    path.write_text(example)
    assert set(load(path).databases["platform"].collections) == {"organisations", "courses", "completions"}
