"""Whole exports with documents, in the installations of the journey."""

from tests.exports.drawn import drawn_once
from tests.exports.journey.conftest import alice, place, site, template

__all__ = ["alice", "drawn_once", "place", "site", "template"]
