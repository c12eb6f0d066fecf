"""Every address, in one place."""

from django.urls import include, path

from knai.web import health
from knai.web.home import home
from knai.web.schedule import calendars
from knai.web.styleguide import styleguide

handler400 = "knai.web.errors.bad_request"
handler403 = "knai.web.errors.forbidden"
handler404 = "knai.web.errors.not_found"
handler500 = "knai.web.errors.failed"

urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("styleguide/", styleguide, name="styleguide"),
    path("accounts/", include("knai.web.accounts.urls")),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar-feed"),
    path("papers/", include("knai.web.papers.check_urls")),
    path("", include("knai.web.protocols.public_urls")),
    path("clinic/<slug:slug>/", include("knai.web.board.urls")),
    path("clinic/<slug:slug>/", include("knai.web.care.urls")),
    path("clinic/<slug:slug>/", include("knai.web.clinic_settings.urls")),
    path("clinic/<slug:slug>/", include("knai.web.chart.urls")),
    path("clinic/<slug:slug>/", include("knai.web.courses.urls")),
    path("clinic/<slug:slug>/", include("knai.web.day.urls")),
    path("clinic/<slug:slug>/", include("knai.web.consent_forms.urls")),
    path("clinic/<slug:slug>/", include("knai.web.consents.urls")),
    path("clinic/<slug:slug>/", include("knai.web.death.urls")),
    path("clinic/<slug:slug>/", include("knai.web.devices.urls")),
    path("clinic/<slug:slug>/", include("knai.web.end_of_day.urls")),
    path("clinic/<slug:slug>/", include("knai.web.follow_up.urls")),
    path("clinic/<slug:slug>/", include("knai.web.documents.urls")),
    path("clinic/<slug:slug>/", include("knai.web.gates.urls")),
    path("clinic/<slug:slug>/", include("knai.web.imports.urls")),
    path("clinic/<slug:slug>/", include("knai.web.notes.urls")),
    path("clinic/<slug:slug>/", include("knai.web.papers.urls")),
    path("clinic/<slug:slug>/", include("knai.web.patients.urls")),
    path("clinic/<slug:slug>/", include("knai.web.people.urls")),
    path("clinic/<slug:slug>/", include("knai.web.protocols.urls")),
    path("clinic/<slug:slug>/", include("knai.web.roster.urls")),
    path("clinic/<slug:slug>/", include("knai.web.safety.urls")),
    path("clinic/<slug:slug>/", include("knai.web.schedule.urls")),
    path("clinic/<slug:slug>/", include("knai.web.sessions.urls")),
    path("clinic/<slug:slug>/", include("knai.web.sheets.urls")),
    path("clinic/<slug:slug>/", include("knai.web.work.urls")),
]
