from django.urls import path

from knai.web.chart import conditions, history, identity, links, medicines, screening, timeline

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
    path(f"{HERE}conditions/", conditions.conditions, name="conditions"),
    path(f"{HERE}conditions/codes/", conditions.codes, name="codes"),
    path(f"{HERE}conditions/<uuid:entry_id>/", conditions.standing, name="standing"),
    path(f"{HERE}screening/", screening.screening, name="screening"),
    path(f"{HERE}histories/", history.histories, name="histories"),
    path(f"{HERE}histories/write/<slug:form>/", history.write, name="write"),
    path(f"{HERE}histories/<uuid:entry_id>/addendum/", history.addendum, name="addendum"),
    path(f"{HERE}medicines/", medicines.medicines, name="medicines"),
    path(f"{HERE}medicines/list/", medicines.medications, name="medications"),
    path(f"{HERE}medicines/allergies/", medicines.allergies, name="allergies"),
    path(f"{HERE}medicines/reconcile/", medicines.reconcile, name="reconcile"),
    path(f"{HERE}medicines/interactions/", medicines.interactions, name="interactions"),
    path(f"{HERE}timeline/", timeline.timeline, name="timeline"),
]
