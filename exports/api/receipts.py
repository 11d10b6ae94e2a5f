"""Receipts, to be read: what customers say about their packages, and how objections were settled."""

from __future__ import annotations

from django_filters import rest_framework as filters
from rest_framework import serializers

from exports.models import Receipt
from offboarding.api.records import Number, Records


class ReceiptSerializer(serializers.ModelSerializer):
    customer = serializers.IntegerField(source="job.customer_id", read_only=True)
    export = serializers.IntegerField(source="job_id", read_only=True)
    missing = serializers.DictField(child=serializers.CharField(), help_text="Category → what is missing.")

    class Meta:
        model = Receipt
        fields = (
            "id", "customer", "export", "manifest_sha256", "outcome", "given_at", "contact", "because", "missing",
            "settled_at", "settled_because",
        )  # fmt: skip


class ReceiptFilter(filters.FilterSet):
    export = Number(field_name="job_id")
    customer = Number(field_name="job__customer_id")
    outcome = filters.ChoiceFilter(choices=Receipt.Outcome.choices)


class Receipts(Records):
    """Confirmations of packages, and objections to them."""

    looks_with = "exports.view_receipt"
    queryset = Receipt.objects.select_related("job").defer("job__tables_result", "job__statement")
    serializer_class = ReceiptSerializer
    filterset_class = ReceiptFilter
