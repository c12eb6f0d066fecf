from django.urls import path

from knai.web.consent_forms import views

app_name = "forms"
ONE = "forms/<uuid:form_id>/"
urlpatterns = [
    path("forms/", views.listing, name="list"),
    path("forms/new/", views.new, name="new"),
    path("forms/starters/<slug:starter>/", views.start, name="start"),
    path(ONE, views.one, name="one"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}next/", views.next_version, name="next"),
    path(f"{ONE}publish/", views.publish, name="publish"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw"),
    path(f"{ONE}compare/<uuid:other_id>/", views.compare, name="compare"),
]
