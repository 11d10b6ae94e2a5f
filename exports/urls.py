"""Addresses below the customer's page; ``offboarding.urls`` finds them."""

from django.urls import path

from exports import portal_files, portal_pages, portal_papers

BASE = "leaving/<reference:reference>/exports"

urlpatterns = [
    path(f"{BASE}/request/", portal_pages.request_export, name="portal-export-request"),
    path(f"{BASE}/progress/", portal_pages.progress, name="portal-export-progress"),
    path(f"{BASE}/<int:job>/", portal_pages.package, name="portal-export"),
    path(f"{BASE}/<int:job>/cancel/", portal_pages.cancel, name="portal-export-cancel"),
    path(f"{BASE}/<int:job>/confirm/", portal_pages.confirm, name="portal-export-confirm"),
    path(f"{BASE}/<int:job>/missing/", portal_pages.object_to, name="portal-export-object"),
    path(f"{BASE}/<int:job>/key/", portal_pages.key, name="portal-export-key"),
    path(f"{BASE}/<int:job>/files/<str:name>", portal_files.file, name="portal-export-file"),
    path(f"{BASE}/<int:job>/paper/<str:language>.<str:kind>", portal_papers.statement_paper, name="portal-statement"),
]
