"""Settings of the API for integrations, taken up by ``settings``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from offboarding.configuration import Environment

env = Environment(Path(__file__).resolve().parent.parent)

API_TOKEN_DAYS = env.whole("API_TOKEN_DAYS", default=90, least=1, most=366)
API_PER_MINUTE = env.whole("API_PER_MINUTE", default=600, least=1)
API_WRITES_PER_MINUTE = env.whole("API_WRITES_PER_MINUTE", default=60, least=1)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication", "offboarding.api.access.StaffSession"],
    "DEFAULT_PERMISSION_CLASSES": ["offboarding.api.access.MayLook"],
    "DEFAULT_THROTTLE_CLASSES": ["offboarding.api.access.Requests", "offboarding.api.access.Writes"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "offboarding.api.access.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "offboarding.api.problems.answer",
    "DATETIME_FORMAT": "iso-8601",
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=API_TOKEN_DAYS),
    "TOKEN_PREFIX": "off_",  # lets a scanner of repositories know it for what it is
    "AUTH_HEADER_PREFIX": "Token",
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Offboarding",
    "VERSION": "1",
    "DESCRIPTION": "Customers who leave: agreements, notices, exports, holds, deletion and its proof.",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "NoticeState": "offboarding.models.TerminationNotice.State",
        "ExportState": "exports.models.ExportJob.State",
        "PlanState": "retention.models.DeletionPlan.State",
        "PlanOccasion": "retention.models.DeletionPlan.Occasion",
        "RunState": "retention.models.DeletionRun.State",
        "CertificateOccasion": "retention.models.Certificate.Occasion",
    },
}
