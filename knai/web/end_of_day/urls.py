from django.urls import path

from knai.web.end_of_day import views

app_name = "end_of_day"
urlpatterns = [
    path("end-of-day/", views.today, name="page"),
    path("end-of-day/<str:on>/", views.on_day, name="on"),
]
