"""Templates of documents: an engine of their own, which knows nothing but what a document may say.

Django's template language with autoescaping, i18n and our tags; no context processors, no settings, and a name that is
not there is an error instead of an empty place. The vendor's own templates come before ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.utils import translation

from exports.datamap import DataMap, DataMapError, Mistake
from offboarding.pdf import FONTS

OURS = Path(settings.BASE_DIR) / "templates" / "documents" / "platform"


class UnknownNameError(Exception):
    """A template says something that its document does not have."""


class _Refused(str):
    """Django puts this where a name is not there; it refuses instead."""

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise UnknownNameError(f"the template asks for {name}, which this document does not have")


@cache
def engine() -> Engine:
    """The engine of this process."""
    own = [Path(settings.DOCUMENT_TEMPLATES)] if settings.DOCUMENT_TEMPLATES else []
    return Engine(
        dirs=[str(folder) for folder in (*own, OURS)],
        autoescape=True,
        string_if_invalid=_Refused("refused"),
        libraries={"i18n": "django.templatetags.i18n", "documents": "exports.templatetags.documents"},
        builtins=["django.templatetags.i18n", "exports.templatetags.documents"],
    )


def page(template: str, facts: Mapping[str, Any], language: str) -> str:
    """One document as an HTML page. Raises ``UnknownNameError`` and Django's template errors."""
    with translation.override(language):
        context = {**facts, "language": language, "fonts": str(FONTS)}
        return engine().get_template(template).render(Context(context))


@cache
def drawing(name: str) -> str:
    """The SVG of a picture; it says nothing of any document."""
    return str(engine().get_template(name).render(Context({})))


def mistakes(datamap: DataMap) -> Iterator[Mistake]:
    """Templates of the map that are not there or cannot be read as templates."""
    for index, one in enumerate(datamap.documents, start=1):
        where = f"{datamap.path.name}: documents[{index}].template"
        try:
            engine().get_template(one.template)
        except TemplateDoesNotExist as error:
            places = ", ".join(str(folder) for folder in engine().dirs)
            yield Mistake(where, f"there is no template {error} below {places}")
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            yield Mistake(where, f"{one.template!r} cannot be used: {error}")


def require(datamap: DataMap) -> None:
    """Raises ``DataMapError`` where a template of the map cannot be used."""
    if found := list(mistakes(datamap)):
        raise DataMapError(found)
