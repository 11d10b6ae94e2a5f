"""The system checks carry the map's mistakes and what the settings lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.checks import check_data_map
from tests.exports.test_datamap import HEAD

FILES = """
[stores.media]
kind = "files"
storage = "platform_attic"
prefixes = [ { prefix = "{tenant}/", category = "users" } ]
"""


@pytest.fixture
def check(settings, tmp_path: Path):
    def run(text: str) -> dict[str, str]:
        settings.DATA_MAP = tmp_path / "map.toml"
        settings.DATA_MAP.write_text(text)
        messages = check_data_map(None)
        assert all(message.hint for message in messages)
        return {f"{message.id} {message.msg}": message.hint for message in messages}

    return run


def test_a_sound_map_with_its_settings_says_nothing(check, settings):
    settings.PLATFORM_URLS = {"platform": "sqlite://"}
    assert check(HEAD) == {}


def test_each_mistake_of_the_map_is_one_error(check):
    found = check(HEAD.replace("tenant_field", "tenantfield"))
    assert [text.partition(":")[0] for text in found] == ["exports.E001 map.toml"] * 2


def test_a_database_without_url_and_a_storage_that_does_not_exist_are_errors(check, settings):
    settings.PLATFORM_URLS = {"crm": "sqlite://"}
    found = check(f"{HEAD}{FILES}")
    assert {text.split()[0] for text in found} == {"exports.E002", "exports.E003", "exports.W001"}
    assert any("PLATFORM_URL " in hint for hint in found.values())
