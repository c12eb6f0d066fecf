from django.urls import path

from knai.web.day import views

app_name = "day"
urlpatterns = [
    path("day/", views.today, name="page"),
    path("day/ahead/", views.ahead, name="ahead"),
    path("day/<str:on>/", views.on_day, name="on"),
]
