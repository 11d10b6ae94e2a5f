"""What became of the documents of an export, and what of it keeps the package from being complete. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exports.outcomes import MissingFile, Problem


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """One kind of document in one format; ``replaced`` counts documents in which characters are named, not drawn."""

    name: str
    format: str
    category: str
    expected: int
    written: int
    read_back: int
    bytes: int
    replaced: int = 0
    failed: tuple[MissingFile, ...] = ()
    """Documents that could not be made, with the reason; a person may accept each by name."""

    @property
    def wrong(self) -> bool:
        """Whether the figures do not add up."""
        return self.expected != self.written + len(self.failed) or self.written != self.read_back


def store_of(format: str) -> str:
    """What stands for the store where documents that could not be made are listed; no store of a map is called so."""
    return f"documents ({format})"


def document_outcome(data: dict[str, Any]) -> DocumentOutcome:
    """The outcome behind its ``asdict``, also after JSON."""
    return DocumentOutcome(**data | {"failed": tuple(MissingFile(**item) for item in data["failed"])})


def problems(outcomes: Iterable[DocumentOutcome]) -> Iterator[Problem]:
    """Every document that could not be made and that nobody accepted, and figures that do not add up."""
    for outcome in outcomes:
        for failed in outcome.failed:
            if not failed.accepted_by:
                yield Problem(
                    "document-failed",
                    failed.path,
                    f"The document {failed.path} could not be made: {failed.reason}",
                    f"Dokumentet {failed.path} kunde inte skapas: {failed.reason}",
                )
        if outcome.wrong:
            subject = f"{outcome.name} ({outcome.format})"
            figures = outcome.expected, outcome.written, outcome.read_back, len(outcome.failed)
            yield Problem(
                "document-count",
                subject,
                "{}: {} documents expected, {} written, {} read back, {} could not be made.".format(subject, *figures),
                "{}: {} dokument väntade, {} skrivna, {} tillbakalästa, {} kunde inte skapas.".format(
                    subject, *figures
                ),
            )
