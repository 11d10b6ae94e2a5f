"""Customers and agreements: who leaves and when, with the rule behind each date. Only to be read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from offboarding import clock, rule_words
from offboarding.api.records import OfCustomer, Records
from offboarding.models import Agreement, Customer
from offboarding.phases import Phase


class CustomerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ("id", "tenant_key", "name", "language")


class CustomerFilter(filters.FilterSet):
    class Meta:
        model = Customer
        fields = ("tenant_key",)


class Customers(Records):
    """Organisations that leave or may leave."""

    looks_with = "offboarding.view_customer"
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter


class MilestoneSerializer(serializers.Serializer):
    """One date that follows from the agreement's end."""

    milestone = serializers.CharField(source="mark.value", help_text="latest_notice, service_ends, …")
    day = serializers.DateField(help_text="A calendar day in the vendor's time zone; days are inclusive.")
    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField(help_text="Exclusive.")
    rule = serializers.CharField(source="rule.code")
    facts = serializers.DictField(source="rule.facts")
    why = serializers.SerializerMethodField()

    def get_why(self, milestone: Any) -> str:
        return rule_words.sentence(milestone.rule)


class AgreementSerializer(serializers.ModelSerializer):
    phase = serializers.ChoiceField(Phase.choices, read_only=True)
    milestones = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields = (
            "id", "customer", "number", "reference", "term_start", "term_end", "notice_days", "export_window_days",
            "auto_renews", "renewal_months", "policy", "phase", "ending", "service_ends", "export_until",
            "delete_from", "held_since", "erased_at", "milestones",
        )  # fmt: skip

    @extend_schema_field(MilestoneSerializer(many=True))
    def get_milestones(self, agreement: Agreement) -> Any:
        found = clock.milestones_of(agreement)
        return MilestoneSerializer(list(found.values()) if found else [], many=True).data


class AgreementFilter(OfCustomer):
    phase = filters.ChoiceFilter(choices=Phase.choices, method="in_phase")
    ends_from = filters.DateFilter(field_name="service_ends", lookup_expr="gte")
    ends_until = filters.DateFilter(field_name="service_ends", lookup_expr="lte")
    delete_until = filters.DateFilter(field_name="delete_from", lookup_expr="lte")

    class Meta:
        model = Agreement
        fields = ("number", "reference")

    def in_phase(self, agreements: Any, _name: str, phase: str) -> Any:
        return agreements.in_phase(Phase(phase), clock.today())


class Agreements(Records):
    """Contracts, the phase each is in today, and its milestones with their rules."""

    looks_with = "offboarding.view_agreement"
    queryset = Agreement.objects.all()
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    def get_queryset(self) -> QuerySet[Agreement]:
        return Agreement.objects.with_phase(clock.today())
