from django.urls import path

from knai.web.documents import views

app_name = "documents"
HERE = "patients/<uuid:patient_id>/documents/"
urlpatterns = [
    path(HERE, views.listing, name="list"),
    path(f"{HERE}<uuid:paper_id>/", views.one, name="one"),
]
