from django.urls import path

from knai.web.imports import views

app_name = "imports"
urlpatterns = [
    path("imports/", views.listing, name="list"),
    path("imports/<uuid:run_id>/", views.one, name="one"),
    path("imports/<uuid:run_id>/take/", views.take, name="take"),
    path("imports/<uuid:run_id>/undo/", views.undo, name="undo"),
]
