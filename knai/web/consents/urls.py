from django.urls import path

from knai.web.consents import views

app_name = "consents"
HERE = "patients/<uuid:patient_id>/consents/"
urlpatterns = [
    path(HERE, views.listing, name="list"),
    path(f"{HERE}paper/", views.paper, name="paper"),
    path(f"{HERE}withdraw/", views.withdraw, name="withdraw"),
    path(f"{HERE}sign/<uuid:form_id>/", views.sign, name="sign"),
    path(f"{HERE}refuse/<uuid:form_id>/", views.refuse, name="refuse"),
]
