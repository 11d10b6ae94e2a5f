"""File names of documents: safe everywhere, unique, the same every time."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from exports.documents.naming import Names
from exports.staging import check_path

WINDOWS = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@given(st.lists(st.text(max_size=200), max_size=30))
def test_whatever_the_data_says_every_name_is_safe_and_there_is_no_other_like_it(originals):
    names = Names()
    stems = [names.stem(original, number) for number, original in enumerate(originals, start=1)]
    assert len({stem.casefold() for stem in stems}) == len(stems)
    for stem in stems:
        path = f"documents/certificates/{stem}.pdf"
        assert check_path(path) == path
        assert not WINDOWS.search(stem)
        assert not DEVICES.fullmatch(stem)
        assert stem.isascii()
        assert stem == stem.strip(" .")
        assert 0 < len(stem) <= 100
    again = Names()
    assert [again.stem(original, number) for number, original in enumerate(originals, start=1)] == stems


def test_names_stay_readable():
    names = Names()
    found = [names.stem(one, 7) for one in ("0042 Åsa Öberg", "0042 åsa öberg", "../../etc/passwd", "CON", "安全", "")]
    assert found == ["0042 Asa Oberg", "0042 asa oberg (2)", "-..-etc-passwd", "_CON", "000007", "000007 (2)"]
