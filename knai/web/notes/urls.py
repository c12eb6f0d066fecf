from django.urls import path

from knai.web.notes import views

app_name = "notes"
HERE = "sessions/<uuid:session_id>/note/"
NOTE = f"{HERE}<uuid:entry_id>/"
urlpatterns = [
    path("patients/<uuid:patient_id>/notes/", views.of_patient, name="patient"),
    path(HERE, views.page, name="page"),
    path(f"{HERE}begin/", views.begin, name="begin"),
    path(f"{HERE}draft/", views.write, name="write"),
    path(f"{NOTE}ask/", views.ask, name="ask"),
    path(f"{NOTE}cosign/", views.cosign, name="cosign"),
    path(f"{NOTE}decline/", views.decline, name="decline"),
    path(f"{NOTE}add/", views.add, name="add"),
]
