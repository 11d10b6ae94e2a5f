"""What tests of sources share."""

from tests.exports.sources.file_stores import store

__all__ = ["store"]
