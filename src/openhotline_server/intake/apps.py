from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "openhotline_server.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
