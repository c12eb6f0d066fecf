from django.urls import path

from knai.web.follow_up import views

app_name = "follow_up"
urlpatterns = [
    path("sessions/<uuid:session_id>/call/", views.call, name="call"),
    path("sessions/<uuid:session_id>/call/give-up/", views.give_up, name="give-up"),
]
