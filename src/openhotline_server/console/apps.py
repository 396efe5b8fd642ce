from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "openhotline_server.console"
    label = "console"
