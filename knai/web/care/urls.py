from django.urls import path

from knai.web.care import views

app_name = "care"
urlpatterns = [
    path("patients/<uuid:patient_id>/team/", views.team, name="team"),
    path("patients/<uuid:patient_id>/team/<uuid:member_id>/end/", views.end, name="end"),
    path("patients/<uuid:patient_id>/team/restrict/", views.restrict, name="restrict"),
    path("patients/<uuid:patient_id>/open/", views.glass, name="glass"),
    path("shared/", views.shared, name="shared"),
    path("shared/<uuid:patient_id>/", views.shared_patient, name="shared-patient"),
]
