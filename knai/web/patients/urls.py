from django.urls import path

from knai.web.patients import views
from knai.web.schedule import booking

app_name = "patients"
urlpatterns = [
    path("patients/", views.listing, name="list"),
    path("patients/new/", views.new, name="new"),
    path("patients/<uuid:patient_id>/", views.one, name="one"),
    path("patients/<uuid:patient_id>/book/", booking.book, name="book"),
]
