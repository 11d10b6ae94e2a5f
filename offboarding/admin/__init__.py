"""The back office's screens. Nothing here deletes: evidence outlives a customer."""

from __future__ import annotations

from django.contrib import admin

# django-q2's own screens let anybody who may look at a task run it again; our screens do that with permissions.
for _model in [model for model in admin.site._registry if model._meta.app_label == "django_q"]:
    admin.site.unregister(_model)

from offboarding.admin import (  # noqa: E402
    agreements,
    assistance,
    contacts,
    customers,
    journal,
    letters,
    messages,
    notices,
    people,
    tokens,
    waivers,
)

__all__ = [
    "agreements",
    "assistance",
    "contacts",
    "customers",
    "journal",
    "letters",
    "messages",
    "notices",
    "people",
    "tokens",
    "waivers",
]
