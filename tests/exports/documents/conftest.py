"""Whole exports with documents, in the installations of the journey."""

from tests.exports.journey.conftest import alice, place, site, template

__all__ = ["alice", "place", "site", "template"]
