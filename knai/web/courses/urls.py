from django.urls import path

from knai.web.courses import plans, views

app_name = "courses"
ONE = "courses/<uuid:course_id>/"
urlpatterns = [
    path("patients/<uuid:patient_id>/courses/", views.listing, name="list"),
    path("patients/<uuid:patient_id>/courses/new/", views.new, name="new"),
    path(ONE, views.one, name="one"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}end/", views.end, name="end"),
    path(f"{ONE}go-on/", views.go_on, name="go-on"),
    path("plans/", plans.listing, name="plans"),
    path("plans/<uuid:session_id>/confirm/", plans.confirm, name="confirm-plan"),
]
