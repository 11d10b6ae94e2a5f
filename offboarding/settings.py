"""All settings, from the environment (``.env`` beside ``manage.py`` is read when it is there).

A missing or malformed setting stops the start with one sentence that names it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from offboarding.configuration import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(str(BASE_DIR / ".env"))
env = Environment(BASE_DIR)
from offboarding.settings_accounts import *  # noqa: E402, F403 – reads the environment, so after .env
from offboarding.settings_api import *  # noqa: E402, F403

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY", debug_default="only-for-a-first-look-" + "x" * 40 if DEBUG else None)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "offboarding.site.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "offboarding",
    "exports",
    "retention",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "offboarding.headers.SafeHeaders",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "offboarding.staff_access.StaffAccess",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "offboarding.urls"
WSGI_APPLICATION = "offboarding.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "offboarding.portal.surroundings.surroundings",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'offboarding.sqlite3'}")}
if not DEBUG and DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A new connection costs as much as a whole page. The URL's own conn_max_age wins.
    DATABASES["default"] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, **DATABASES["default"]}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "offboarding_cache",
        # Limits of tries lie here; of Django's 300 entries, a stranger could push them out.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "offboarding" / "locale"]  # also takes the words of templates/
TIME_ZONE = env.text("TIME_ZONE", default="Europe/Stockholm")
FORMAT_MODULE_PATH = ["offboarding.formats"]  # 31 January 2027, 14:05
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
if DEBUG:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)

STORAGES = {
    "default": env.storage("STORAGE_DEFAULT_URL", default=f"file://{BASE_DIR / 'var' / 'uploads'}"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    "exports": env.storage("STORAGE_EXPORTS_URL", default=f"file://{BASE_DIR / 'var' / 'exports'}"),
    "evidence": env.storage("STORAGE_EVIDENCE_URL", default=f"file://{BASE_DIR / 'var' / 'evidence'}"),
    **env.platform_storages(default=f"file://{BASE_DIR / 'var' / 'platform_media'}"),
}

if not DEBUG:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=False) else None
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        **{f"{kind}-src": ["'self'"] for kind in ("script", "style", "img", "font", "connect", "manifest")},
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# The queue is a doorbell: a task carries one id. retry > timeout × (1 + ceil((queue_limit + 1) / workers)),
# else a long export would be handed out twice (it would only find the job taken, see exports/jobs.py).
EXPORT_TIMEOUT = env.whole("EXPORT_TIMEOUT", default=6 * 3600, least=60)
_workers = env.whole("QUEUE_WORKERS", default=2, least=1)
WORKER_NICENESS = env.whole("WORKER_NICENESS", default=10, least=0, most=19)
Q_CLUSTER = {
    "name": "offboarding",
    "orm": "default",
    "workers": _workers,
    "queue_limit": _workers,
    "timeout": EXPORT_TIMEOUT,
    "retry": EXPORT_TIMEOUT * (2 + -(-(_workers + 1) // _workers)),
    "max_attempts": 3,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "poll": 1,
}

# What the exports are made from and how
DATA_MAP = env.path("DATA_MAP", default=BASE_DIR / "exports" / "sample" / "datamap.toml")
PLATFORM_URLS = env.platform_urls(default=f"sqlite:///{BASE_DIR / 'var' / 'platform.sqlite3'}")
EXPORT_WORK_DIR = env.path("EXPORT_WORK_DIR", default=BASE_DIR / "var" / "work")
EXPORT_VOLUME_BYTES = env.whole("EXPORT_VOLUME_BYTES", default=2 * 1024**3, least=512 * 1024)
EXPORT_LEASE_SECONDS = env.whole("EXPORT_LEASE_SECONDS", default=60, least=2)
EXPORT_MAX_ATTEMPTS = env.whole("EXPORT_MAX_ATTEMPTS", default=10, least=1)
EXPORT_KEEP_DAYS = env.whole("EXPORT_KEEP_DAYS", default=90, least=15)
DOWNLOAD_ACCEL_LOCATION = env.location("DOWNLOAD_ACCEL_LOCATION")
EXPORT_DOCUMENT_PROCESSES = env.whole("EXPORT_DOCUMENT_PROCESSES", default=os.cpu_count() or 1, least=1)
DOCUMENT_TEMPLATES = env.text("DOCUMENT_TEMPLATES", default="")
VENDOR_NAME = env.text("VENDOR_NAME", default="The vendor")
SIGNING_KEY = env.signing_key("SIGNING_KEY", debug_file=BASE_DIR / "var" / "signing.key" if DEBUG else None)
RETIRED_SIGNING_KEYS = env.seeds("RETIRED_SIGNING_KEYS")

# Notices come in, letters go out
SITE_URL = env.web_address("SITE_URL", default="http://localhost:8000" if DEBUG else None)
NOTICE_ADDRESS = env.mail_address("NOTICE_ADDRESS", default="notices@localhost.localdomain" if DEBUG else None)
MAIL_FROM = env.mail_address("MAIL_FROM", default=NOTICE_ADDRESS)
EMAIL = env.mail("EMAIL_URL", default=f"filemail://{BASE_DIR / 'var' / 'mail'}" if DEBUG else None)
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL.get("EMAIL_HOST", ""), EMAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL.get("EMAIL_HOST_USER", ""), EMAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL.get("EMAIL_FILE_PATH", "")
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
INBOX = env.inbox("INBOX_URL")
INBOX_MAX_BYTES = env.whole("INBOX_MAX_BYTES", default=25 * 1024**2, least=64 * 1024)

# The clock: what a contract may say, and Regulation (EU) 2023/2854 (the Data Act) where an agreement is under it
OBJECTION_DAYS = env.whole("OBJECTION_DAYS", default=7, least=1)
WORKING_DAYS_COUNTRY = env.country("WORKING_DAYS_COUNTRY", default="SE")
DATA_ACT = {
    "notice_months": env.whole("DATA_ACT_NOTICE_MONTHS", default=2, least=0, most=2),  # art. 25(2)(d): at most 2
    "transition_days": env.whole("DATA_ACT_TRANSITION_DAYS", default=30, least=30),  # art. 25(2)(a): mandatory 30
    "infeasible_months": env.whole("DATA_ACT_INFEASIBLE_MONTHS", default=7, least=0, most=7),  # art. 25(4): at most 7
    "infeasible_working_days": env.whole(
        "DATA_ACT_INFEASIBLE_WORKING_DAYS", default=14, least=0, most=14
    ),  # art. 25(4): told within 14
    "retrieval_days": env.whole("DATA_ACT_RETRIEVAL_DAYS", default=30, least=30),  # art. 25(2)(g): at least 30
    "free_from": env.day("DATA_ACT_FREE_FROM", default=date(2027, 1, 12)),  # art. 29(1): no switching charges
    "reduced_from": env.day("DATA_ACT_REDUCED_FROM", default=date(2024, 1, 11)),  # art. 29(2): reduced charges
}

# What goes and what may not
LEGAL_ADDRESS = env.mail_address("LEGAL_ADDRESS", default=NOTICE_ADDRESS)
LEGAL_LANGUAGE = env.text("LEGAL_LANGUAGE", default="en")
DELETIONS_PER_DAY = env.whole("DELETIONS_PER_DAY", default=5, least=1)
DELETION_LEASE_SECONDS = env.whole("DELETION_LEASE_SECONDS", default=60, least=2)
DELETION_WORK_DIR = env.path("DELETION_WORK_DIR", default=BASE_DIR / "var" / "deletion")
FINANCIAL_YEAR_ENDS = env.whole(
    "FINANCIAL_YEAR_ENDS", default=12, least=1, most=12
)  # the month; bokföringslagen 3 kap.

if LEGAL_LANGUAGE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LEGAL_LANGUAGE: {LEGAL_LANGUAGE!r} is not one of {', '.join(dict(LANGUAGES))}.")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE: {TIME_ZONE!r} is no time zone of the IANA database, e.g. Europe/Stockholm.")
