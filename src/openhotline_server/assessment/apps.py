from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "openhotline_server.assessment"
    label = "assessment"
    default_auto_field = "django.db.models.BigAutoField"
