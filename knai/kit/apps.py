from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "knai.kit"
    label = "kit"

    def ready(self) -> None:
        from knai.kit import mail

        mail.register()
