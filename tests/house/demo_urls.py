"""Every address, and those of the demo, which exist only with DEBUG."""

from __future__ import annotations

from django.urls import include, path

from offboarding.urls import urlpatterns as ours

urlpatterns = [path("", include("retention.sample.addresses")), *ours]
