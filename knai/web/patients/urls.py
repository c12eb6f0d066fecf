from django.urls import path

from knai.web.patients import views

app_name = "patients"
urlpatterns = [
    path("day/", views.day, name="day"),
    path("day/<str:on>/", views.day, name="day-on"),
    path("patients/", views.listing, name="list"),
    path("patients/new/", views.new, name="new"),
    path("patients/<uuid:patient_id>/", views.one, name="one"),
    path("patients/<uuid:patient_id>/book/", views.book, name="book"),
]
