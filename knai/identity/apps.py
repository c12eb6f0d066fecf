from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "knai.identity"
    label = "identity"
