"""Builds one package: tables, then media volume by volume, then the volume to start with, then the signed manifest.

Each stage leaves its result in the job's rows before the next begins. A worker that takes over goes on where the
rows end; only the tables stage, which is one snapshot, begins anew (DESIGN §6, §8).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import cover, delivery
from exports.bundle import part_limit
from exports.completeness import dangling_keys, missing_files, statement_of
from exports.contents import Category
from exports.datamap import DataMap, DataMapError, load
from exports.ledger import Ledger
from exports.manifest import Statement, manifest
from exports.media import plan_volumes, write_media
from exports.models import ExportJob, Volume
from exports.names import slug
from exports.outcomes import PartOutcome, TableOutcome, VolumeEntry
from exports.packing import Label, StoredVolume, pack, store
from exports.scope import ScopeError
from exports.sources.database import SourceError
from exports.sources.files import FileRegister
from exports.tables import Order, TablesResult, UnknownTenantError, write_tables
from offboarding import signing

SOFTWARE = "offboarding 0.1"


class BuildError(Exception):
    """The package cannot be built; the text says why, in the words of the person who must act."""


def manifest_files(name: str) -> tuple[str, str, str]:
    """Stored names that belong to a manifest: itself, its signature, the verifier beside it."""
    return name, f"{name}.sig", str(PurePosixPath(name).with_name("verify.py"))


def build(job: ExportJob, ledger: Ledger, work: Path) -> None:
    """Builds the package of a claimed job and writes how it ended.

    Raises ``BuildError`` for what a person must mend first, ``OSError`` for disk and storage, ``SupersededError``
    when the job is no longer ours.
    """
    try:
        _Build(job, ledger, work).run()
    except (DataMapError, SourceError, ScopeError, UnknownTenantError) as error:
        raise BuildError(str(error)) from error


class _Build:
    def __init__(self, job: ExportJob, ledger: Ledger, work: Path) -> None:
        self.job = job
        self.ledger = ledger
        self.work = work
        self.datamap: DataMap = load(settings.DATA_MAP)
        self.rows_done = 0
        package_id = f"{slug(job.customer.name)}-export-{job.pk}"
        self.label = Label(
            package_id=package_id,
            vendor=settings.VENDOR_NAME,
            description=_("Data of %(customer)s, export %(number)d") % {"customer": job.customer, "number": job.pk},
            software=SOFTWARE,
            moment=timezone.localtime(job.started_at),
            folder=f"{job.folder}/e{job.epoch}",
            work=work,
            limit=settings.EXPORT_VOLUME_BYTES,
        )

    def run(self) -> None:
        if self.job.tables_result is None:
            self.tables()
        if not self.job.tables_result["unknown"]:
            self.media()
        self.seal()

    # Tables ----------------------------------------------------------------------------------------------------------

    def tables(self) -> None:
        """The snapshot stage: every table in every format, stored and read back, and the plan of the media volumes."""
        self._begin_anew()
        register = FileRegister(self.work / "files.sqlite3")
        order = Order(
            datamap=self.datamap,
            tenant_key=self.job.customer.tenant_key,
            categories=[Category(name) for name in self.job.categories],
            formats=self.job.formats,
            language=self.job.language,
            part_limit=part_limit(settings.EXPORT_VOLUME_BYTES),
            progress=self._rows,
            total=lambda rows: self.ledger.write(rows_total=rows, step=_("reading tables")),
        )
        self.ledger.write(step=_("comparing the data map with the live database"), rows_done=0, rows_total=0)
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
        self.ledger.progress(rows_done=self.rows_done, step=_("reading %(table)s") % {"table": table})

    def _store_tables(self, result: TablesResult) -> list[StoredVolume]:
        self.ledger.progress(step=_("packing and reading back"))
        parts = {part.path: part for part in result.parts}
        tables = {one.selection.table.stem: one.selection.table for one in result.tables}
        loose = {snapshot["store"] for snapshot in result.snapshots if snapshot["engine"] == "sqlite"}
        dangling = dangling_keys(self.datamap, tables.values())
        stored = []
        for number, summary in pack(self.label, result.staged, parts, tables, loose, dangling):
            one = store(self.label, number, summary, parts, self.ledger.check)
            self.ledger.change(lambda one=one: self._volume_row(one, Volume.Kind.TABLES))  # type: ignore[misc]
            stored.append(one)
        return stored

    def _volume_row(self, one: StoredVolume, kind: Volume.Kind) -> None:
        Volume.objects.update_or_create(
            job=self.job,
            number=one.number,
            defaults={
                "kind": kind,
                "state": Volume.State.VERIFIED if one.sha256 else Volume.State.PLANNED,
                "name": one.name,
                "bytes": one.bytes,
                "bytes_done": one.bytes,
                "files": one.files,
                "sha256": one.sha256,
                "result": _volume_result(one),
            },
        )

    def _register_files(self, register: FileRegister, order: Order) -> list[list[Any]]:
        self.ledger.progress(step=_("listing files"))
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
        kept = _tables_result(result, stored, register, self.datamap)
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
            step = _("copying files into volume %(number)d") % {"number": volume.number}
            self.ledger.progress(bytes_done=before + copied, step=step)
            self.ledger.volume_progress(volume.number, copied)

        with self.label.writer(volume.number) as writer:
            result = write_media(writer, volume.plan, stores, progress, volume.number)
            summary = writer.close()
        stored = store(self.label, volume.number, summary, {}, self.ledger.check)
        lost = [(file, reason) for file, reason in [*result.vanished, *result.changed]]
        written = Counter((file.store, str(file.category)) for file, _written in result.files)
        sizes: Counter[tuple[str, str]] = Counter()
        for file, one in result.files:
            sizes[file.store, str(file.category)] += one.size
        outcome = {
            **_volume_result(stored),
            "written": [[*key, count, sizes[key]] for key, count in sorted(written.items())],
            "read_back": stored.files - 1,
            "missing": [[file.store, file.path, reason, file.referenced_by, file.category] for file, reason in lost],
        }

        def keep() -> None:
            self._volume_row(stored, Volume.Kind.MEDIA)
            Volume.objects.filter(pk=volume.pk).update(result=outcome, bytes_done=copied)
            ExportJob.objects.filter(pk=self.job.pk).update(bytes_done=before + copied)

        self.ledger.change(keep)
        return before + copied

    # Seal ------------------------------------------------------------------------------------------------------------

    def seal(self) -> None:
        """Writes the completeness statement, the volume to start with and the manifest, and ends the job."""
        self.ledger.write(step=_("writing the completeness statement"))
        self.ledger.change(lambda: missing_files(self.job))
        statement = statement_of(self.job, self.datamap, self.label, SOFTWARE)
        if self.job.tables_result["unknown"]:
            self.ledger.finish(ExportJob.State.INCOMPLETE, statement=statement.to_dict())
            return
        first = self._cover(statement)
        self.ledger.change(lambda: self._volume_row(first, Volume.Kind.START))
        name, digest = self._manifest(statement)
        state = ExportJob.State.COMPLETE if self._sound(statement, first) else ExportJob.State.INCOMPLETE
        self.ledger.finish(
            state,
            statement=statement.to_dict(),
            manifest_name=name,
            manifest_sha256=digest,
            rows_done=self.job.tables_result["rows"],
        )

    def _sound(self, statement: Statement, first: StoredVolume) -> bool:
        return statement.complete and not first.damaged

    def _cover(self, statement: Statement) -> StoredVolume:
        total = self.job.volumes.exclude(number=1).count() + 1
        with self.label.writer(1, total) as writer:
            cover.fill(writer, statement)
            summary = writer.close()
        return store(self.label, 1, summary, {}, self.ledger.check)

    def _manifest(self, statement: Statement) -> tuple[str, str]:
        volumes = [
            VolumeEntry(
                number=volume.number,
                name=PurePosixPath(volume.name).name,
                bag_name=volume.result["bag_name"],
                bytes=volume.bytes,
                sha256=volume.sha256,
                tagmanifest_sha256=volume.result["tagmanifest_sha256"],
            )
            for volume in self.job.volumes.all()
        ]
        before = ExportJob.objects.filter(customer=self.job.customer, pk__lt=self.job.pk).exclude(manifest_sha256="")
        previous = before.order_by("-pk").values_list("manifest_sha256", flat=True).first() or ""
        content = manifest(statement, volumes, previous).to_json()
        name = f"{self.label.folder}/manifest.json"
        kept = [
            delivery.put_bytes(data, target, self.work)
            for target, data in zip(
                manifest_files(name), (content, signing.sign(content).to_json(), cover.verifier()), strict=True
            )
        ]
        for target, data in zip(kept, (content,), strict=False):
            with delivery.opened(target) as stream:
                if stream.read() != data:
                    raise BuildError(_("The manifest did not come back from the storage as it was written."))
        return kept[0], hashlib.sha256(content).hexdigest()


def _volume_result(one: StoredVolume) -> dict[str, Any]:
    return {
        "bag_name": one.bag_name,
        "tagmanifest_sha256": one.tagmanifest_sha256,
        "damaged": [asdict(damage) for damage in one.damaged],
    }


def _tables_result(
    result: TablesResult, stored: list[StoredVolume], register: FileRegister, datamap: DataMap
) -> dict[str, Any]:
    parts: list[PartOutcome] = [part for one in stored for part in one.parts]
    return {
        "snapshots": result.snapshots,
        "tenant_name": result.tenant_name,
        "tables": [asdict(_table_outcome(result, position, parts)) for position in range(len(result.tables))],
        "parts": [asdict(part) for part in parts],
        "changes": result.changes,
        "definitions": result.left_out,
        "unknown": [[store_key, _subject(one), f"{one.text} {one.advice}"] for store_key, one in result.differences],
        "expected": register.expected(),
        "missing": register.missing(),
        "bytes_total": register.bytes_total(),
        "rows": sum(table.read_rows for table in result.tables),
        "data_map_sha256": datamap.sha256,
    }


def _subject(difference: Any) -> str:
    return f"{difference.table}.{difference.column}" if difference.column else difference.table or "*"


def _table_outcome(result: TablesResult, position: int, parts: list[PartOutcome]) -> TableOutcome:
    one = result.tables[position]
    table = one.selection.table
    written: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for part in result.parts:
        if table.stem in part.rows:
            written[part.format] += part.rows[table.stem]
    for outcome in parts:
        if table.stem in outcome.rows:
            read[outcome.format] += outcome.rows[table.stem]
    files = tuple(part.path for part in result.parts if table.stem in part.rows)
    return TableOutcome(
        table.store, table.key, table.stem, str(table.category), one.snapshot_rows, dict(written), dict(read), files
    )
