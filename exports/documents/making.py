"""Makes one document in all wanted formats from its facts. What goes wrong with it is told and never hidden."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.template import TemplateDoesNotExist, TemplateSyntaxError

from exports.documents import templates, word, wording
from exports.documents.drawing import Press
from offboarding.pdf import PdfError

log = logging.getLogger(__name__)
_TOLD = (PdfError, word.WordError, templates.UnknownNameError, TemplateSyntaxError, TemplateDoesNotExist)


@dataclass(frozen=True, slots=True)
class House:
    """What every document of a package may say beside its rows; ``made`` is a day, 2026-07-01."""

    customer: str
    vendor: str
    made: str
    language: str


@dataclass(frozen=True, slots=True)
class Made:
    """One document in one format: its bytes and the characters named in it, or why it could not be made."""

    format: str
    data: bytes = b""
    replaced: str = ""
    problem: str = ""


class Maker:
    """Makes documents, one after the other; keeps ready what they share."""

    def __init__(self) -> None:
        self._press = Press()

    def make(self, template: str, facts: dict[str, Any], formats: list[str], house: House) -> list[Made]:
        """The document in these formats, in their order."""
        told = {"customer": house.customer, "vendor": house.vendor, "made": wording.day(house.made, house.language)}
        try:
            page = templates.page(template, facts | told, house.language)
        except Exception as error:
            return [Made(name, problem=_reason(template, error)) for name in formats]
        return [self._in(name, template, page, facts, house) for name in formats]

    def _in(self, name: str, template: str, page: str, facts: dict[str, Any], house: House) -> Made:
        try:
            if name == "pdf":
                data, replaced = self._press.pdf(page)
            else:
                data, replaced = word.docx(page, facts, house.language, house.made, templates.drawing)
        except Exception as error:
            return Made(name, problem=_reason(template, error))
        return Made(name, data, replaced)


def _reason(template: str, error: Exception) -> str:
    """A sentence for people; what nobody foresaw stands in the log as a whole."""
    if isinstance(error, _TOLD):
        return f"{template}: {error}"
    log.exception("a document by %s could not be made", template)
    return f"{template}: {type(error).__name__}: {error}"
