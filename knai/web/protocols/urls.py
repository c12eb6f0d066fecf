from django.urls import path

from knai.web.protocols import views

app_name = "protocols"
ONE = "protocols/<uuid:protocol_id>/"
urlpatterns = [
    path("protocols/", views.listing, name="list"),
    path("protocols/new/", views.new, name="new"),
    path(ONE, views.one, name="one"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}diff/<uuid:other_id>/", views.diff, name="diff"),
    path(f"{ONE}new-version/", views.new_version, name="new-version"),
    path(f"{ONE}approve/", views.approve, name="approve"),
    path(f"{ONE}publish/", views.publish, name="publish"),
    path(f"{ONE}reviewed/", views.reviewed, name="reviewed"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw"),
]
