from django.urls import path

from knai.web.schedule import booking, calendars, coming, views, waiting

app_name = "schedule"
VISIT = "schedule/visits/<uuid:session_id>/"
urlpatterns = [
    path("schedule/", views.page, name="page"),
    path("schedule/book/", views.choose, name="choose"),
    path("schedule/waiting/", waiting.page, name="waiting"),
    path("schedule/waiting/<uuid:item_id>/", waiting.change, name="waiting-change"),
    path("schedule/calendars/", calendars.page, name="calendars"),
    path("schedule/calendars/<uuid:feed_id>/end/", calendars.end, name="calendar-end"),
    path(VISIT, coming.visit, name="visit"),
    path(f"{VISIT}move/", booking.move, name="move"),
    path(f"{VISIT}cancel/", coming.cancel, name="cancel"),
    path(f"{VISIT}arrived/", coming.arrived, name="arrived"),
    path(f"{VISIT}way-home/", coming.way_home, name="way-home"),
]
