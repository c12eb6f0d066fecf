from django.apps import AppConfig

HOURLY_S = 3600.0


class IdentityConfig(AppConfig):
    name = "knai.identity"
    label = "identity"

    def ready(self) -> None:
        from knai.identity import credentials
        from knai.kit import rounds

        rounds.register("credentials", HOURLY_S, credentials.remind)
