from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "openhotline_server.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
