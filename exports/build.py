"""Builds one package: tables, then media volume by volume, then the volume to start with, then the signed manifest.

Each stage leaves its result in the job's rows before the next begins. A worker that takes over goes on where the
rows end; only the tables stage, which is one snapshot, begins anew (DESIGN §6, §8).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exports import delivery
from exports.bundle import part_limit
from exports.completeness import dangling_keys, volume_result, volume_row
from exports.contents import Category
from exports.datamap import DataMap, DataMapError, load
from exports.documents import templates
from exports.documents.making import House
from exports.ledger import Ledger
from exports.media import plan_volumes, write_media
from exports.models import ExportJob, Volume
from exports.names import slug
from exports.packing import Label, StoredVolume, pack, store
from exports.results import media_result, tables_result
from exports.scope import ScopeError
from exports.sealing import SealError, seal
from exports.sources.database import SourceError
from exports.sources.files import FileRegister
from exports.tables import Order, TablesResult, UnknownTenantError, write_tables

SOFTWARE = "offboarding 0.1"


class BuildError(Exception):
    """The package cannot be built; the text says why, in the words of the person who must act."""


def build(job: ExportJob, ledger: Ledger, work: Path) -> None:
    """Builds the package of a claimed job and writes how it ended.

    Raises ``BuildError`` for what a person must mend first, ``OSError`` for disk and storage, ``SupersededError``
    when the job is no longer ours.
    """
    try:
        _Build(job, ledger, work).run()
    except (DataMapError, SourceError, ScopeError, UnknownTenantError, SealError) as error:
        raise BuildError(str(error)) from error


class _Build:
    def __init__(self, job: ExportJob, ledger: Ledger, work: Path) -> None:
        self.job = job
        self.ledger = ledger
        self.work = work
        self.datamap: DataMap = load(settings.DATA_MAP)
        templates.require(self.datamap)
        self.rows_done = 0
        package_id = f"{slug(job.customer.name)}-export-{job.pk}"
        with translation.override(job.language):  # what went wrong is told in the house's language, not the customer's
            words = _("Data of %(customer)s, export %(number)d") % {"customer": job.customer, "number": job.pk}
        self.label = Label(
            package_id=package_id,
            vendor=settings.VENDOR_NAME,
            description=words,
            software=SOFTWARE,
            moment=timezone.localtime(job.started_at),
            folder=f"{job.folder}/e{job.epoch}",
            work=work,
            limit=settings.EXPORT_VOLUME_BYTES,
        )

    def run(self) -> None:
        if self.job.tables_result.get("data_map_sha256") != self.datamap.sha256:
            with closing(FileRegister(self.work / "files.sqlite3")) as register:
                self.tables(register)
        if not self.job.tables_result["unknown"]:
            self.media()
        seal(self.job, self.ledger, self.datamap, self.label, self.work)

    # Tables ----------------------------------------------------------------------------------------------------------

    def tables(self, register: FileRegister) -> None:
        """The snapshot stage: every table in every format, stored and read back, and the plan of the media volumes."""
        self._begin_anew()
        order = Order(
            datamap=self.datamap,
            tenant_key=self.job.customer.tenant_key,
            categories=[Category(name) for name in self.job.categories],
            formats=self.job.formats,
            language=self.job.language,
            part_limit=part_limit(settings.EXPORT_VOLUME_BYTES),
            progress=self._rows,
            total=lambda rows: self.ledger.write(rows_total=rows, step="tables"),
            house=House(
                self.job.customer.name, settings.VENDOR_NAME, self.label.moment.date().isoformat(), self.job.language
            ),
            step=lambda step: self.ledger.progress(step=step),
        )
        self.ledger.write(step="compare", rows_done=0, rows_total=0)
        result = write_tables(order, self.work, register)
        stored = self._store_tables(result) if not result.differences else []
        files = self._register_files(register, order) if "media" in self.job.formats and not result.differences else []
        self._keep_tables(result, stored, files, register)

    def _begin_anew(self) -> None:
        """Forgets what an attempt before left: its snapshot is gone, so its volumes cannot be gone on with."""
        names = [*self.job.volumes.exclude(name="").values_list("name", flat=True)]
        self.ledger.change(lambda: self.job.volumes.all().delete())
        delivery.remove(names)

    def _rows(self, rows: int, table: str) -> None:
        self.rows_done += rows
        self.ledger.progress(rows_done=self.rows_done, step=f"table {table}")

    def _store_tables(self, result: TablesResult) -> list[StoredVolume]:
        self.ledger.progress(step="pack")
        parts = {part.path: part for part in result.parts}
        tables = {one.selection.table.stem: one.selection.table for one in result.tables}
        loose = {snapshot["store"] for snapshot in result.snapshots if snapshot["engine"] == "sqlite"}
        dangling = dangling_keys(self.datamap, tables.values())
        stored = []
        for number, summary in pack(self.label, result.staged, parts, tables, loose, dangling):
            one = store(self.label, number, summary, parts, self.ledger.check)
            self.ledger.change(lambda one=one: volume_row(self.job, one, Volume.Kind.TABLES))  # type: ignore[misc]
            stored.append(one)
        return stored

    def _register_files(self, register: FileRegister, order: Order) -> list[list[Any]]:
        self.ledger.progress(step="list")
        stores = {key: storages[one.storage] for key, one in self.datamap.files.items()}
        for key, one in self.datamap.files.items():
            for prefix in one.prefixes:
                if prefix.category in order.categories:
                    where = prefix.prefix.replace("{tenant}", order.tenant_key)
                    register.list_prefix(key, stores[key], where, prefix.category, self.ledger.check)
        register.resolve(stores, self.ledger.check)
        return list(plan_volumes(register.files(), settings.EXPORT_VOLUME_BYTES))

    def _keep_tables(
        self, result: TablesResult, stored: list[StoredVolume], plans: list[list[Any]], register: FileRegister
    ) -> None:
        """Everything later stages need, in the job's row, in one transaction with the planned media volumes."""
        kept = tables_result(result, stored, register, self.datamap)
        first = max((one.number for one in stored), default=1) + 1

        def keep() -> None:
            for number, plan in enumerate(plans, first):
                size = sum(entry[2] for entry in plan)
                Volume.objects.create(job=self.job, number=number, kind=Volume.Kind.MEDIA, bytes=size, plan=plan)
            ExportJob.objects.filter(pk=self.job.pk).update(tables_result=kept, bytes_total=kept["bytes_total"])

        self.ledger.change(keep)
        self.job.tables_result = kept

    # Media -----------------------------------------------------------------------------------------------------------

    def media(self) -> None:
        """Writes every media volume that is not stored and read back yet."""
        stores = {key: storages[one.storage] for key, one in self.datamap.files.items()}
        volumes = self.job.volumes.filter(kind=Volume.Kind.MEDIA)
        done = sum(volume.bytes_done for volume in volumes.verified())
        for volume in volumes.filter(state=Volume.State.PLANNED):
            done = self._media_volume(volume, stores, done)

    def _media_volume(self, volume: Volume, stores: dict[str, Storage], before: int) -> int:
        copied = 0

        def progress(count: int) -> None:
            nonlocal copied
            copied += count
            self.ledger.progress(bytes_done=before + copied, step=f"copy {volume.number}")
            self.ledger.volume_progress(volume.number, copied)

        with self.label.writer(volume.number) as writer:
            result = write_media(writer, volume.plan, stores, progress, volume.number)
            summary = writer.close()
        stored = store(self.label, volume.number, summary, {}, self.ledger.check)
        outcome = volume_result(stored) | media_result(result, stored)

        def keep() -> None:
            volume_row(self.job, stored, Volume.Kind.MEDIA)
            Volume.objects.filter(pk=volume.pk).update(result=outcome, bytes_done=copied)
            ExportJob.objects.filter(pk=self.job.pk).update(bytes_done=before + copied)

        self.ledger.change(keep)
        return before + copied
