"""What categories, formats and steps are called on the screens, and what a format is good for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exports.contents import Category

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from exports.models import ExportJob

CATEGORIES = {
    Category.USERS: (_("Users"), _("personal information, accounts, certifications")),
    Category.COURSES: (_("Courses"), _("materials and media, completions, survey and quiz results, feedback")),
    Category.REPORTS: (_("Reports"), _("generated reports, usage statistics, activity log")),
}
"""Category → its name and what it holds."""

FORMATS: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "csv": ("CSV", _("exact: every value as the database holds it; any program opens it")),
    "xlsx": ("Excel", _("for people: one workbook per category; what Excel cannot hold is listed in changes.csv")),
    "json": ("JSON", _("for programs: one file per table, with keys and references")),
    "xml": ("XML", _("for programs: one file per table, each with its schema (XSD)")),
    "sql": ("SQL", _("a dump of this customer only, that loads into an empty database")),
    "pdf": ("PDF", _("documents to read and print: certificates, course reports, usage reports with charts")),
    "docx": ("Word", _("the same documents to edit")),
    "media": (_("Media"), _("every file byte for byte, under a safe name; the original names stand in an index")),
}
"""Format → its name and what it is good for."""

PERMISSIONS = [
    gettext_noop("Can request an export"),
    gettext_noop("Can cancel an export"),
    gettext_noop("Can start an export again"),
    gettext_noop("Can remove an export's package"),
    gettext_noop("Can download a customer's package"),
    gettext_noop("Can accept that a file is missing"),
    gettext_noop("Can record what a customer says about a package"),
    gettext_noop("Can settle a customer's objection to a package"),
]
"""Names of the models' own permissions: the database keeps them in English, the screens translate them."""

STEPS = {
    "compare": _("comparing the data map with the live database"),
    "tables": _("reading tables"),
    "table": _("reading %(subject)s"),
    "documents": _("making documents: %(subject)s"),
    "pack": _("packing and reading back"),
    "list": _("listing files"),
    "copy": _("copying files into volume %(subject)s"),
    "state": _("writing the completeness statement"),
}
"""What a worker is doing; a job's row keeps ``code`` or ``code subject``, and each reader's language shows it."""


def category_names(categories: Iterable[str]) -> str:
    """``users, courses`` in words; what we do not know stands as it is."""
    known = {category.value: name for category, (name, _text) in CATEGORIES.items()}
    return ", ".join(str(known.get(name, name)) for name in categories)


def format_names(formats: Iterable[str]) -> str:
    """``csv, xlsx`` in words; what we do not know stands as it is."""
    return ", ".join(format_name(name) for name in formats)


def format_name(name: str) -> str:
    """``xlsx`` → ``Excel``."""
    return str(FORMATS[name][0]) if name in FORMATS else name


def step_text(step: str) -> str:
    """``table people`` → ``reading people`` in the reader's language."""
    code, _blank, subject = step.partition(" ")
    return str(STEPS[code]) % {"subject": subject} if code in STEPS else step


def requester(job: ExportJob) -> str:
    """Who has asked for it: a person of the staff, or of the customer's by name."""
    if job.requested_by_contact is not None:
        return job.requested_by_contact.name
    return str(job.requested_by or "")
