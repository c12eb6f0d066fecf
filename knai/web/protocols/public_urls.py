from django.urls import path

from knai.web.protocols import public

app_name = "public-protocols"
HERE = "protocols/<slug:clinic_slug>/<slug:name_slug>/<int:version>"
urlpatterns = [
    path(f"{HERE}/", public.page, name="page"),
    path(f"{HERE}.json", public.as_json, name="json"),
]
