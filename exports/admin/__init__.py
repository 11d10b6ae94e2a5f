"""The screens of exports. Django's own forms change and delete nothing here: verbs alone do."""

from __future__ import annotations

from exports.admin import jobs, missing

__all__ = ["jobs", "missing"]
