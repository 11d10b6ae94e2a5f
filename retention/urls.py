"""Addresses of our own that are not the admin's; ``offboarding.urls`` finds them."""

from django.urls import path

from retention import verify_page

urlpatterns = [
    path("verify/", verify_page.verify, name="verify"),
]
