"""A format is found by the name of its module, and by nothing else."""

from __future__ import annotations

import io

import pytest

from exports.formats.base import Part, UnknownFormatError, available, format_module, open_formats, read_back


def test_every_format_of_the_issue_is_there():
    assert {"csv", "json", "xml", "sql", "xlsx"} <= set(available())
    assert all(hasattr(format_module(name), "read_back") for name in available())


@pytest.mark.parametrize("name", ["docx2", "base", "changes", "../csv", ""])
def test_what_is_no_format_is_refused_by_name(name):
    with pytest.raises(UnknownFormatError, match=r"There is no format '.*'; there are csv, json"):
        open_formats([name], None, None)
    with pytest.raises(UnknownFormatError):
        read_back(io.BytesIO(), Part("x", name))
