from django.urls import path

from knai.web.clinic_settings import views

app_name = "clinic"
urlpatterns = [
    path("clinic/", views.clinic, name="page"),
    path("clinic/particulars/", views.particulars, name="particulars"),
    path("clinic/policy/", views.policy, name="policy"),
    path("clinic/policy/save/", views.save_policy, name="save-policy"),
    path("clinic/chairs/", views.add_chair, name="add-chair"),
    path("clinic/chairs/<uuid:chair_id>/", views.change_chair, name="chair"),
    path("clinic/sites/", views.add_site, name="add-site"),
    path("clinic/sites/<uuid:site_id>/close/", views.close_site, name="close-site"),
    path("clinic/opened/<uuid:glass_id>/", views.looked_into, name="looked-into"),
]
