"""Addresses of our own that are not the admin's; ``offboarding.urls`` finds them."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from retention import portal_papers, verify_page

BASE = "leaving/<reference:reference>/certificates/<int:sequence>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("verify/", verify_page.verify, name="verify"),
    path(f"{BASE}/copy/<str:language>.docx", portal_papers.copy, name="portal-certificate-copy"),
    path(f"{BASE}/<str:kind>/", portal_papers.original, name="portal-certificate"),
]
if settings.DEBUG:
    urlpatterns += [path("", include("retention.sample.addresses"))]
