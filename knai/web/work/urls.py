from django.urls import path

from knai.web.work import views

app_name = "work"
ITEM = "work/<uuid:item_id>/"
urlpatterns = [
    path("work/", views.page, name="page"),
    path(f"{ITEM}take/", views.take, name="take"),
    path(f"{ITEM}give/", views.give, name="give"),
    path(f"{ITEM}close/", views.close, name="close"),
    path(f"{ITEM}resume/", views.resume, name="resume"),
]
