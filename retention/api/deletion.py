"""Plans and runs of deletion, to be read.

Making, approving and starting stay at the desk. An approval is worth what the person has read and typed who gives it,
under a second factor of its own; a token proves neither, and whoever holds two would be both pairs of eyes.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from offboarding.api.records import OfAgreement, Records
from retention.models import DeletionPlan, DeletionRun
from retention.progress import progress_of


class PlanSerializer(serializers.ModelSerializer):
    class Meta:
        model = DeletionPlan
        fields: tuple[str, ...] = (
            "id", "customer", "agreement", "occasion", "state", "made_by", "made_at", "sha256", "asked_at",
        )  # fmt: skip


class PlanInFullSerializer(PlanSerializer):
    content = serializers.DictField(help_text="What would go and what stays; its canonical JSON has the SHA-256.")

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "content")


class PlanFilter(OfAgreement):
    state = filters.ChoiceFilter(choices=DeletionPlan.State.choices)


class Plans(Records):
    """What would be deleted, before anything is. Plans are made and approved at the desk."""

    looks_with = "retention.view_deletionplan"
    queryset = DeletionPlan.objects.all()
    filterset_class = PlanFilter

    def get_queryset(self) -> QuerySet[DeletionPlan]:
        rows = DeletionPlan.objects.defer("samples")
        return rows.defer("content", "samples") if self.action == "list" else rows

    def get_serializer_class(self) -> type[PlanSerializer]:
        return PlanSerializer if self.action == "list" else PlanInFullSerializer


class RunProgressSerializer(serializers.Serializer):
    """How far it is, in figures and in words."""

    active = serializers.BooleanField()
    percent = serializers.IntegerField()
    text = serializers.CharField()
    step = serializers.CharField()
    note = serializers.CharField()


class RunSerializer(serializers.ModelSerializer):
    progress = serializers.SerializerMethodField()
    stopped_by = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = DeletionRun
        fields = (
            "id", "customer", "agreement", "plan", "state", "progress", "stopped_by", "queued_at", "started_at",
            "live_erased_at", "final_at",
        )  # fmt: skip

    @extend_schema_field(RunProgressSerializer)
    def get_progress(self, run: DeletionRun) -> Any:
        return RunProgressSerializer(progress_of(run, list(run.steps.all()), timezone.now())).data


class RunFilter(OfAgreement):
    state = filters.ChoiceFilter(choices=DeletionRun.State.choices)


class Runs(Records):
    """What is being deleted, or was. Runs are started at the desk."""

    looks_with = "retention.view_deletionrun"
    queryset = DeletionRun.objects.select_related("plan", "customer").prefetch_related("steps").defer("plan__samples")
    serializer_class = RunSerializer
    filterset_class = RunFilter
