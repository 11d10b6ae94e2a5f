"""Names of the models' own permissions: the database keeps them in English, the screens translate them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

PERMISSIONS = [
    gettext_noop("Can place or review a legal hold"),
    gettext_noop("Can release a legal hold"),
    gettext_noop("Can decide or end a retention duty"),
    gettext_noop("Can make a deletion plan"),
    gettext_noop("Can approve a deletion plan"),
    gettext_noop("Can start or give up a deletion run"),
    gettext_noop("Can attest that a copy is gone"),
    gettext_noop("Can confirm that a tenant is erased again"),
    gettext_noop("Can pause and resume all deletion"),
]
