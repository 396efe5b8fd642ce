from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "openhotline_server.statistics"
    label = "statistics"
    default_auto_field = "django.db.models.BigAutoField"
