"""Exports: requested, followed, cancelled, started again; their volumes with checksums. Packages are fetched elsewhere.

The bytes themselves are for the customer's people, who sign in for them, and for the desk, where each fetch is
journalled by a person's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exports import jobs
from exports.contents import Category
from exports.models import FORMATS, ExportJob, Volume
from exports.progress import progress_of
from offboarding.api.once import once
from offboarding.api.records import OfCustomer, Records
from offboarding.models import Customer, Language

HEAVY = ("tables_result", "statement")


class ProgressSerializer(serializers.Serializer):
    """How far it is, in figures and in words."""

    active = serializers.BooleanField(help_text="Whether it makes sense to ask again.")
    percent = serializers.IntegerField()
    text = serializers.CharField()
    step = serializers.CharField()
    left = serializers.CharField()
    note = serializers.CharField()


class ExportSerializer(serializers.ModelSerializer):
    categories = serializers.ListField(child=serializers.ChoiceField([one.value for one in Category]))
    formats = serializers.ListField(child=serializers.ChoiceField(FORMATS))
    complete = serializers.SerializerMethodField(
        help_text="Whether everything was written and read back; null where there is no package."
    )
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ExportJob
        fields = (
            "id", "customer", "categories", "formats", "language", "requested_at", "state", "progress", "complete",
            "started_at", "finished_at", "expires_at", "rows_total", "rows_done", "bytes_total", "bytes_done",
            "error", "manifest_sha256",
        )  # fmt: skip

    def get_complete(self, job: ExportJob) -> bool | None:
        return {ExportJob.State.COMPLETE: True, ExportJob.State.INCOMPLETE: False}.get(ExportJob.State(job.state))

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, job: ExportJob) -> Any:
        return ProgressSerializer(progress_of(job, timezone.now())).data


class VolumeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Volume
        fields = ("number", "kind", "state", "bytes", "files", "sha256")


class RequestExport(serializers.Serializer):
    """What is to be in the package."""

    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    categories = serializers.ListField(
        child=serializers.CharField(), default=[one.value for one in Category], help_text="users, courses, reports"
    )
    formats = serializers.ListField(child=serializers.CharField(), default=list(FORMATS))
    language = serializers.ChoiceField(Language.choices, required=False)


class ExportFilter(OfCustomer):
    state = filters.ChoiceFilter(choices=ExportJob.State.choices)


class Exports(Records):
    """Requests for a customer's data, and what was made of them."""

    looks_with = "exports.view_exportjob"
    queryset = ExportJob.objects.all()
    serializer_class = ExportSerializer
    filterset_class = ExportFilter

    def get_queryset(self) -> QuerySet[ExportJob]:
        return ExportJob.objects.defer(*HEAVY)

    @extend_schema(request=RequestExport, responses={201: ExportSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Requests a package; a customer has one export under way at a time."""
        said = self.said(RequestExport, request)
        return self.told(jobs.request_export(said.pop("customer"), by=self.by(request), **said), 201)

    @extend_schema(request=None, responses=ExportSerializer)
    @action(detail=True, methods=["post"])
    @once
    def cancel(self, request: Request, pk: str) -> Response:
        """Stops an export that waits or runs."""
        return self._done(jobs.cancel, request)

    @extend_schema(request=None, responses=ExportSerializer)
    @action(detail=True, methods=["post"])
    @once
    def retry(self, request: Request, pk: str) -> Response:
        """Starts an export that is incomplete, failed or cancelled again."""
        return self._done(jobs.retry, request)

    @extend_schema(responses=VolumeSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def volumes(self, request: Request, pk: str) -> Response:
        """The files of the package, each with its SHA-256."""
        return Response(VolumeSerializer(self.get_object().volumes.defer("plan", "result"), many=True).data)

    def _done(self, verb: Callable[..., ExportJob], request: Request) -> Response:
        return self.told(verb(self.get_object(), by=self.by(request)))
