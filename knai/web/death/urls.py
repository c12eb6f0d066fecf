from django.urls import path

from knai.web.death import views

app_name = "death"
HERE = "patients/<uuid:patient_id>/death/"
urlpatterns = [
    path(HERE, views.page, name="page"),
    path(f"{HERE}undo/", views.undo, name="undo"),
    path(f"{HERE}copy/", views.copy, name="copy"),
]
