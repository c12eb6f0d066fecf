from django.urls import path

from knai.web.safety import views

app_name = "safety"
ONE = "safety/<uuid:event_id>/"
urlpatterns = [
    path("safety/", views.listing, name="list"),
    path(ONE, views.one, name="one"),
    path(f"{ONE}take/", views.take, name="take"),
    path(f"{ONE}close/", views.close, name="close"),
    path(f"{ONE}review/", views.review, name="review"),
    path("sessions/<uuid:session_id>/late-event/", views.late, name="late"),
]
