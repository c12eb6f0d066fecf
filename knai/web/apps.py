"""The pages: templates, styles, scripts and the views that join practice to them."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "knai.web"
    label = "web"
    verbose_name = "Pages"
