"""What ``enforce_retention`` prints: one line per case, and how bad it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from offboarding.letter_body import one_line
from offboarding.models import Agreement
from retention.alone import NotAloneError
from retention.erasers.findings import EraserError
from retention.next_step import Grade

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """``about``: whose case or which thing; ``said``: what was done or what waits, in the active language."""

    about: str
    said: str
    grade: Grade = Grade.FINE

    def __str__(self) -> str:
        return one_line(f"{self.about}: {self.said}")


Stage = tuple[str, Callable[[], Iterable[Line]]]
"""What it is about, and what does it."""


def named(agreement: Agreement) -> str:
    """``A-2026, Alice Academy``."""
    return one_line(f"{agreement.number}, {agreement.customer.name}")


def safely(about: str, act: Callable[[], Iterable[Line]]) -> Iterator[Line]:
    """The lines of one case; whatever goes wrong becomes its line, so that it never keeps the others waiting.

    A verb's refusal asks for a person; everything else has failed.
    """
    try:
        yield from act()
    except NotAloneError:
        raise
    except ValidationError as error:
        yield Line(about, " ".join(map(str, error.messages)), Grade.PERSON)
    except PermissionDenied as error:
        yield Line(about, str(error), Grade.PERSON)
    except EraserError as error:
        yield Line(about, _("failed: %(error)s") % {"error": error}, Grade.FAILED)
    except Exception as error:
        log.exception("%s failed", about)
        said = f"{type(error).__name__}: {error}"
        yield Line(about, _("failed: %(error)s") % {"error": said}, Grade.FAILED)
        connection.close_if_unusable_or_obsolete()
