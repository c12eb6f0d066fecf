"""Every address, in one place."""

from django.urls import include, path

from knai.web import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("clinic/<slug:slug>/", include("knai.web.patients.urls")),
]
