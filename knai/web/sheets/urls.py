from django.urls import path

from knai.web.sheets import views

app_name = "sheets"
urlpatterns = [path("sheets/<str:on>/", views.day, name="day")]
