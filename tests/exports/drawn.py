"""Drawing its documents is most of what an export of the sample platform takes, and the same in every test.

Django is imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

_DRAWN: dict[str, list] = {}


@pytest.fixture
def drawn_once(monkeypatch):
    """A document is drawn when its facts come for the first time; later tests get what was drawn then."""
    from exports.documents.making import Maker

    make = Maker.make

    def remembered(self, template, facts, formats, house):
        key = json.dumps([template, facts, formats, asdict(house)], sort_keys=True, default=repr)
        if key not in _DRAWN:
            made = make(self, template, facts, formats, house)
            if any(one.problem for one in made):
                return made
            _DRAWN[key] = made
        return list(_DRAWN[key])

    monkeypatch.setattr(Maker, "make", remembered)
