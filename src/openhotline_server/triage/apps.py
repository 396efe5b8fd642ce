from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "openhotline_server.triage"
    label = "triage"
    default_auto_field = "django.db.models.BigAutoField"
