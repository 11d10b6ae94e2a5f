"""Opens an eraser for every store of the data map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from exports.contents import Category
from exports.datamap import DataMap, DataMapError, load
from offboarding.models import Customer
from retention import plan_content, scratch
from retention.erasers.database import DatabaseEraser
from retention.erasers.file_findings import Keeps
from retention.erasers.files import FileEraser, NamedFiles
from retention.erasers.findings import EraserError
from retention.models import DeletionPlan, LegalHold
from retention.plan_keeping import Keep, keeps_in
from retention.reach import Place, Target


@dataclass
class Erasers:
    """One eraser for each store of the map, by its key; they reach out when they are first asked."""

    datamap: DataMap
    databases: dict[str, DatabaseEraser] = field(default_factory=dict)
    files: dict[str, FileEraser] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Staying:
    """What an eraser of files has to know of what stays.

    ``keeps``: holds and duties. ``tables``: (store, collection) whose rows stay; files that they name stay with them.
    ``also``: files by store that no row names any more, because an earlier deletion left them. ``disks``: which disk or
    bucket each file store was on when the plan was made.
    """

    keeps: Sequence[Keep] = ()
    tables: Set[tuple[str, str]] = frozenset()
    also: Mapping[str, Sequence[tuple[str, Category]]] = field(default_factory=dict)
    disks: Mapping[str, str] = field(default_factory=dict)


def data_map() -> DataMap:
    """The map that the settings name; ``EraserError`` in its own words where it cannot be used."""
    try:
        return load(Path(settings.DATA_MAP))
    except DataMapError as error:
        raise EraserError(str(error)) from error


@contextmanager
def open_erasers(
    customer: Customer,
    work: Path | None = None,
    keeps: Sequence[Keep] = (),
    staying: Staying | None = None,
    *,
    databases: bool = True,
    files: bool = True,
) -> Iterator[Erasers]:
    """Erasers for all stores. ``work``: the run's own folder for their notes; None for a dry run, which needs none.

    Raises ``EraserError`` where the settings do not say where a store is.
    """
    datamap, staying = data_map(), staying or Staying(keeps)
    with ExitStack() as stack:
        if work is None:
            work = stack.enter_context(scratch.folder())
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        erasers = Erasers(datamap)
        for key in datamap.databases if databases else ():
            if key not in settings.PLATFORM_URLS:
                text = _("The setting PLATFORM_URLS does not say where the database %(store)s is.")
                raise EraserError(text % {"store": key})
            notes = work / f"{key}.sqlite3"
            eraser = DatabaseEraser(datamap, key, settings.PLATFORM_URLS[key], customer.tenant_key, notes)
            erasers.databases[key] = stack.enter_context(eraser)
        for key, eraser_of_files in file_erasers(datamap, customer, work, staying) if files else ():
            erasers.files[key] = stack.enter_context(eraser_of_files)
        yield erasers


@contextmanager
def open_planned(plan: DeletionPlan, work: Path | None = None) -> Iterator[Erasers]:
    """Erasers that leave what the plan leaves: for its run and for every look afterwards."""
    content = plan.content
    tables = frozenset(
        (one["store"], table["table"]) for one in content["databases"] for table in one["tables"] if table["kept_by"]
    )
    also = left_over(plan.customer, plan.occasion, data_map())
    staying = Staying(keeps_in(content), tables, also, plan_content.disks(content))
    with open_erasers(plan.customer, work, staying=staying) as erasers:
        yield erasers


def file_erasers(
    datamap: DataMap, customer: Customer, work: Path, staying: Staying
) -> Iterator[tuple[str, FileEraser]]:
    """An eraser for each file store; their notes lie beside those of the databases."""
    named = NamedFiles(datamap, settings.PLATFORM_URLS, customer.tenant_key, staying.tables)
    for key, store in datamap.files.items():
        yield (
            key,
            FileEraser(
                datamap, key, storages[store.storage], customer.tenant_key, work / f"{key}.files.sqlite3", named,
                keeps=keeps_file(key, staying.keeps), also=staying.also.get(key, ()),
                identity=staying.disks.get(key, ""),
            ),
        )  # fmt: skip


def keeps_file(store: str, keeps: Iterable[Keep]) -> Keeps | None:
    """Whether a hold or a duty keeps one file of the store; None where there is none at all."""
    reaches = [keep.reach for keep in keeps]
    if not reaches:
        return None

    def kept(path: str, category: Category) -> bool:
        target = Target(Place.FILE, store, path, category)
        return any(reach.keeps(target) for reach in reaches)

    return kept


def left_over(customer: Customer, occasion: str, datamap: DataMap) -> dict[str, list[tuple[str, Category]]]:
    """Single files that a hold of this customer once named, and whose rows an earlier deletion may have taken.

    Only after a first erasure; whatever still keeps them keeps them still.
    """
    found: dict[str, list[tuple[str, Category]]] = {}
    if occasion == DeletionPlan.Occasion.END:
        return found
    for hold in LegalHold.objects.filter(customer=customer).order_by("pk"):
        for store, path in sorted(hold.keeps.files):
            if store in datamap.files:
                found.setdefault(store, []).append((path, _category_of(store, datamap)))
    return found


def _category_of(store: str, datamap: DataMap) -> Category:
    """Of the first collection whose rows name files of the store."""
    for database in datamap.databases.values():
        for collection in database.collections.values():
            if any(one.file is not None and one.file.store == store for one in collection.fields.values()):
                return collection.category
    return Category.USERS
