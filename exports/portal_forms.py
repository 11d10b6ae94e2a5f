"""What customers fill in about exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from exports.contents import Category
from exports.labels import CATEGORIES
from exports.labels import FORMATS as FORMAT_WORDS
from exports.models import FORMATS, ExportJob
from exports.receipts import MOST_WORDS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CATEGORY_SENTENCES: dict[str, StrOrPromise] = {
    Category.USERS: _("Your people: accounts, personal information and certifications."),
    Category.COURSES: _("Your courses: material, completions, answers to surveys and quizzes, feedback."),
    Category.REPORTS: _("Your reports: what was generated, usage statistics and activity logs."),
}
FORMAT_SENTENCES: dict[str, StrOrPromise] = {
    "csv": _("Tables as plain text, exact to the last sign. Almost every program can read them."),
    "xlsx": _("Workbooks to open and read yourself, one for each category."),
    "json": _("For programs: each table with its links to the others."),
    "xml": _("For programs that want XML: each table with its links and a schema."),
    "sql": _("A dump that loads into an empty database, for whoever moves all of it."),
    "pdf": _("Documents to read, print and keep: certificates and reports."),
    "docx": _("The same documents, to change in Word."),
    "media": _("Videos, images and other files, exactly as they were uploaded."),
}
"""In the customer's words; a format that is not named here is explained as on the desk."""


def _explained(name: str) -> StrOrPromise:
    return FORMAT_SENTENCES.get(name) or FORMAT_WORDS[name][1]


def categories() -> list[tuple[str, StrOrPromise, StrOrPromise]]:
    """Value, name and sentence of each category."""
    return [(one.value, CATEGORIES[one][0], CATEGORY_SENTENCES[one]) for one in Category]


def formats() -> list[tuple[str, StrOrPromise, StrOrPromise]]:
    """Value, name and sentence of each format."""
    return [(name, FORMAT_WORDS[name][0], _explained(name)) for name in FORMATS]


class Refusable(forms.Form):
    """A form that shows a verb's refusal at its fields."""

    def refuse(self, error: ValidationError) -> None:
        for field, messages in error.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class RequestForm(Refusable):
    """Which data, in which formats."""

    categories = forms.MultipleChoiceField(
        label=_("What do you want?"),
        choices=[(value, name) for value, name, _text in categories()],
        initial=[value for value, _name, _text in categories()],
        error_messages={"required": _("Choose at least one.")},
    )
    formats = forms.MultipleChoiceField(
        label=_("In which formats?"),
        choices=[(value, name) for value, name, _text in formats()],
        initial=[value for value, _name, _text in formats()],
        error_messages={"required": _("Choose at least one.")},
    )

    def groups(self) -> list[dict[str, Any]]:
        """Each question with its choices: value, name, sentence and whether it is ticked."""
        found = []
        for name, choices in (("categories", categories()), ("formats", formats())):
            field = self[name]
            ticked = set(field.value() or ())
            found.append({"field": field, "choices": [(*one, one[0] in ticked) for one in choices]})
        return found


class ConfirmForm(Refusable):
    """That everything in this very package has arrived."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    sure = forms.BooleanField(
        label=_("We have fetched all files, looked into them, and everything has arrived."),
        error_messages={"required": _("Tick this if it is so; else say what is missing.")},
    )


class ObjectForm(Refusable):
    """Of each category what is missing."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, job: ExportJob, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, name, _text in categories():
            if value in job.categories:
                self.fields[value] = forms.CharField(
                    label=name, required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4})
                )

    @property
    def missing(self) -> dict[str, str]:
        return {name: words for name, words in self.cleaned_data.items() if name != "digest" and words}

    def answers(self) -> list[Any]:
        """The fields to show."""
        return list(self.visible_fields())
