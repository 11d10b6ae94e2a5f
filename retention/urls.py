"""Addresses of our own that are not the admin's; ``offboarding.urls`` finds them."""

from django.urls import path

from retention import portal_papers, verify_page

BASE = "leaving/<reference:reference>/certificates/<int:sequence>"

urlpatterns = [
    path("verify/", verify_page.verify, name="verify"),
    path(f"{BASE}/copy/<str:language>.docx", portal_papers.copy, name="portal-certificate-copy"),
    path(f"{BASE}/<str:kind>/", portal_papers.original, name="portal-certificate"),
]
