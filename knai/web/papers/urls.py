from django.urls import path

from knai.web.papers import exports, making, records, views

app_name = "papers"
PATIENT, SESSION = "patients/<uuid:patient_id>/papers/", "sessions/<uuid:session_id>/papers/"
urlpatterns = [
    path(PATIENT, views.of_patient, name="patient"),
    path(PATIENT + "letter/<str:kind>/", making.letter, name="letter"),
    path(PATIENT + "packet/", making.packet, name="packet"),
    path(PATIENT + "export/", exports.of_patient, name="export"),
    path(PATIENT + "request/", records.take_down, name="request"),
    path(PATIENT + "hold/", records.hold, name="hold"),
    path(PATIENT + "hold/lift/", records.lift, name="lift"),
    path(SESSION, views.of_session, name="session"),
    path(SESSION + "issue/", making.of_session, name="issue"),
    path(SESSION + "superbill/", making.superbill, name="superbill"),
    path("sheets/<str:on>/paper/", making.downtime, name="downtime"),
    path("protocols/<uuid:protocol_id>/paper/", making.protocol, name="protocol"),
    path("papers/<uuid:paper_id>/", views.download, name="file"),
    path("records/", records.listing, name="records"),
    path("records/requests/<uuid:request_id>/", records.one, name="record"),
    path("records/retention/", records.retention, name="retention"),
    path("records/settings/", records.settings, name="settings"),
    path("records/export/", exports.of_clinic, name="clinic-export"),
    path("records/export/<uuid:export_id>/", exports.one, name="archive"),
    path("records/export/<uuid:export_id>/file/", exports.download, name="archive-file"),
    path("records/export/<uuid:export_id>/remove/", exports.remove, name="archive-remove"),
]
