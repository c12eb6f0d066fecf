from django.urls import path

from knai.web.devices import views

app_name = "devices"
urlpatterns = [
    path("devices/", views.listing, name="list"),
    path("devices/new/", views.new, name="new"),
    path("devices/<uuid:device_id>/", views.edit, name="edit"),
    path("devices/<uuid:device_id>/use/", views.use, name="use"),
    path("devices/<uuid:device_id>/detach/", views.detach, name="detach"),
    path("devices/<uuid:device_id>/remap/", views.remap, name="remap"),
    path("quarantine/", views.held, name="quarantine"),
    path("quarantine/discard/", views.discard, name="discard"),
    path("quarantine/replay/", views.replay, name="replay"),
    path("quarantine/<int:item_id>/", views.raw, name="raw"),
]
