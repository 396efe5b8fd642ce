from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "openhotline_server.public"
    label = "public"
