from django.urls import path

from knai.web.chart import identity, links

app_name = "chart"
HERE = "patients/<uuid:patient_id>/"
urlpatterns = [
    path(f"{HERE}identity/", identity.identity, name="identity"),
    path(f"{HERE}measure/<slug:kind>/", identity.measure, name="measure"),
    path(f"{HERE}contacts/new/", identity.contact, name="contact-new"),
    path(f"{HERE}contacts/<uuid:entry_id>/", identity.contact, name="contact"),
    path(f"{HERE}entries/<uuid:entry_id>/void/", identity.void, name="void"),
    path(f"{HERE}link/", links.link, name="link"),
    path(f"{HERE}link/<uuid:link_id>/undo/", links.unlink, name="unlink"),
]
