"""The one page about papers that needs no log-in."""

from django.urls import path

from knai.web.papers import check

urlpatterns = [path("<str:code>/", check.page, name="check-paper")]
