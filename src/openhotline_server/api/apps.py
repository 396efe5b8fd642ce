from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "openhotline_server.api"
    label = "api"
