from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "knai.kit"
    label = "kit"
