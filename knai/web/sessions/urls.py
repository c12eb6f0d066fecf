from django.urls import path

from knai.web.sessions import charting, emergency, views

app_name = "sessions"
HERE = "sessions/<uuid:session_id>/"
urlpatterns = [
    path(HERE, views.screen, name="screen"),
    path(f"{HERE}panels/", views.panels, name="panels"),
    path(f"{HERE}entries/", views.older, name="entries"),
    path(f"{HERE}curve/", views.curve, name="curve"),
    path(f"{HERE}monitor/", views.monitor, name="monitor"),
    path(f"{HERE}alerts/<uuid:alert_id>/", views.acknowledge_alert, name="acknowledge"),
    path(f"{HERE}chart/<slug:kind>/", charting.chart, name="chart"),
    path(f"{HERE}entries/<uuid:entry_id>/amend/", charting.amend, name="entry-amend"),
    path(f"{HERE}entries/<uuid:entry_id>/void/", charting.void, name="entry-void"),
    path(f"{HERE}entries/<uuid:entry_id>/accept/", charting.accept, name="accept"),
    path(f"{HERE}entries/<uuid:entry_id>/baseline/", charting.pin, name="pin"),
    path(f"{HERE}stop/", charting.stop, name="stop"),
    path(f"{HERE}emergency/", emergency.step, name="emergency"),
    path(f"{HERE}ambulance/", emergency.ambulance, name="ambulance"),
]
