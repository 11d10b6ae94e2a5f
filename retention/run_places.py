"""Where a run works: its folder, and the erasers of the stores that its plan speaks of."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from retention.erasers.database import DatabaseEraser
from retention.erasers.files import FileEraser
from retention.erasers.findings import ChangedError
from retention.models import DeletionRun, DeletionStep
from retention.opening import Erasers, open_planned


def folder(run: DeletionRun) -> Path:
    """Holds the notes of the erasers until the deletion is verified; it must outlive every worker of the run."""
    return Path(settings.DELETION_WORK_DIR) / f"run-{run.pk}"


@dataclass
class RunPlaces:
    """The erasers of one run."""

    run: DeletionRun
    erasers: Erasers
    inherited: bool
    """Whether it goes on where a run that was given up left off."""

    def database(self, store: str) -> DatabaseEraser:
        """ChangedError where the database is not as the plan was made for."""
        eraser = self.erasers.databases[store]
        if eraser.structure != self.planned(store)["structure"]:
            raise ChangedError(_("The database has changed since the plan was made: make a new plan."))
        return eraser

    def files(self, store: str) -> FileEraser:
        """The eraser of a file storage."""
        return self.erasers.files[store]

    def remember(self) -> None:
        """Before the first row goes: rows say which files outside the tenant's own prefixes are the tenant's."""
        for eraser in self.erasers.files.values():
            eraser.remember()

    def planned(self, store: str) -> Mapping[str, Any]:
        """What the plan says of a database."""
        found: Mapping[str, Any] = next(one for one in self.run.plan.content["databases"] if one["store"] == store)
        return found

    def shared(self, step: DeletionStep) -> bool:
        """Whether rows of the table stay that others use."""
        tables = self.planned(step.store)["tables"] if step.kind == DeletionStep.Kind.TABLE else []
        return any(table["shared"] for table in tables if table["table"] == step.name)


def predecessor(run: DeletionRun) -> DeletionRun | None:
    """The run before this one that was given up in the middle. Its notes alone know some of the rows that are left:
    those of a shared table, for instance, are found through rows that it may have erased.
    """
    of_customer = DeletionRun.objects.filter(customer=run.customer_id, pk__lt=run.pk)
    erased = of_customer.exclude(live_erased_at=None).order_by("-pk").values_list("pk", flat=True).first() or 0
    given_up = of_customer.filter(state=DeletionRun.State.ABANDONED, pk__gt=erased)
    begun = DeletionStep.objects.filter(run=OuterRef("pk"), started_at__isnull=False)
    return given_up.filter(Exists(begun)).order_by("-pk").first()


def forget(run: DeletionRun) -> None:
    """Nothing is left: the notes of this run and of all before it are of no use, and they hold keys of people."""
    for pk in DeletionRun.objects.filter(customer=run.customer_id, pk__lte=run.pk).values_list("pk", flat=True):
        shutil.rmtree(Path(settings.DELETION_WORK_DIR) / f"run-{pk}", ignore_errors=True)


@contextmanager
def opened(run: DeletionRun) -> Iterator[RunPlaces]:
    """All erasers of the run. ChangedError where notes were begun elsewhere or are lost, or the map is new."""
    place = folder(run)
    _check_notes(run, place)
    if not place.exists() and (before := predecessor(run)):
        _inherit(folder(before), place)
    with open_planned(run.plan, place) as erasers:
        if erasers.datamap.sha256 != run.plan.content["datamap_sha256"]:
            raise ChangedError(_("The data map has changed since the plan was made: make a new plan."))
        yield RunPlaces(run, erasers, inherited=predecessor(run) is not None)


def _inherit(old: Path, new: Path) -> None:
    """Copies the notes, all or none of them."""
    if not old.is_dir():
        raise ChangedError(
            _("The notes of the deletion that was given up are not here: %(path)s. Go on where it began.")
            % {"path": old}
        )
    half = new.with_name(f"{new.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700, parents=True)
    for path in sorted(old.glob("*.sqlite3")):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(half / path.name)) as copy:
            source.backup(copy)
    half.rename(new)


def _check_notes(run: DeletionRun, place: Path) -> None:
    """Without its notes a deletion would take rows for gone that are still there."""
    begun = run.steps.filter(kind=DeletionStep.Kind.TABLE).exclude(started_at=None)
    for store in begun.order_by().values_list("store", flat=True).distinct():
        if not (place / f"{store}.sqlite3").exists():
            raise ChangedError(
                _("The notes of this deletion are not here: %(path)s. Go on where it began.")
                % {"path": place / f"{store}.sqlite3"}
            )
