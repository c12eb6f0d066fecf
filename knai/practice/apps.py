from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "knai.practice"
    label = "practice"
