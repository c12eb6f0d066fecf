from django.apps import AppConfig

HOURLY_S = 3600.0


class PracticeConfig(AppConfig):
    name = "knai.practice"
    label = "practice"

    def ready(self) -> None:
        from knai.kit import rounds
        from knai.practice import course_holds, end_of_day, expired_credentials, exports, follow_up  # noqa: F401  holds register
        from knai.practice.imports import working as imports

        rounds.register("expired credentials", HOURLY_S, expired_credentials.open_items)
        exports.register()
        end_of_day.register()
        follow_up.register()
        imports.register()
