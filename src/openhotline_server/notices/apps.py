from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "openhotline_server.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
