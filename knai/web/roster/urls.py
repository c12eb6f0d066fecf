from django.urls import path

from knai.web.roster import views

app_name = "roster"
urlpatterns = [path("roster/", views.page, name="page")]
