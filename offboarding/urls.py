"""Every address of the application."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from offboarding import help_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("help/leaving/", help_page.leaving, name="help-leaving"),
    path("admin/", admin.site.urls),
]
