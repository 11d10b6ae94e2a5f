"""A paper as an answer to a request: PDF or Word, in a language that the application has."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import get_language_info

from offboarding import pdf, word
from offboarding.paper import Paper

DRAWN: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "pdf": ("application/pdf", pdf.of_paper),
    "docx": (word.CONTENT_TYPE, word.render),
}
"""The end of its file's name → its type, and who draws it."""
LABELS = {"pdf": "PDF", "docx": "Word"}


def answer(make: Callable[[str], Paper], *, name: str, language: str, kind: str) -> HttpResponse:
    """``name.language.kind`` to keep; ``make`` builds the paper in a language. ``Http404`` for what there is not."""
    if kind not in DRAWN or language not in dict(settings.LANGUAGES):
        raise Http404
    content_type, drawn = DRAWN[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{language}.{kind}"', "Content-Language": language}
    return HttpResponse(
        drawn(make(language)), content_type=content_type, headers={**headers, "Cache-Control": "private, no-store"}
    )


def label(kind: str, language: str) -> str:
    """``Word · Svenska``."""
    return f"{LABELS[kind]} · {get_language_info(language)['name_local'].capitalize()}"


def choices(first: str = "") -> list[tuple[str, str, str]]:
    """(language, kind, label) of every form a paper can be had in, the language ``first`` first."""
    languages = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != first)
    return [(code, kind, label(kind, code)) for code in languages for kind in DRAWN]
