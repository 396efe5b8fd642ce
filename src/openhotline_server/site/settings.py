"""Django's settings, made from the data directory and the options; nothing here is secret by itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

from openhotline_server.site import data_directory, options

DATA = data_directory.current()
HERE = Path(__file__).resolve().parent.parent

# Before `openhotline init` there is no key; commands that need one call DATA.require() first.
SECRET_KEY = (
    DATA.site_key() if DATA.site_key_file.is_file() else hashlib.sha256(b"not initialised").hexdigest()
)
DEBUG = False
ALLOWED_HOSTS = options.names("OPENHOTLINE_HOSTS")
DATABASES = {"default": options.database(DATA.database)}
USE_TZ = True
TIME_ZONE = options.value("OPENHOTLINE_TIME_ZONE")
LANGUAGE_CODE = "en"
USE_I18N = True

DEMO = options.switch("OPENHOTLINE_DEMO")
REQUIRE_MFA = options.switch("OPENHOTLINE_REQUIRE_MFA")
JURISDICTIONS = options.names("OPENHOTLINE_JURISDICTIONS")
LAW_DIR = Path(options.value("OPENHOTLINE_LAW_DIR")) if options.value("OPENHOTLINE_LAW_DIR") else None
HTTPS = options.switch("OPENHOTLINE_HTTPS")
HOTLINE_NAME = options.value("OPENHOTLINE_NAME")
FILES_EVERY_HOURS = options.number("OPENHOTLINE_FILES_EVERY_HOURS")
MEMBER_NUMBER = options.number("OPENHOTLINE_MEMBER_NUMBER")
COUNTRY = options.value("OPENHOTLINE_COUNTRY").upper()
ORGANISATION = options.value("OPENHOTLINE_ORGANISATION") or HOTLINE_NAME
PUBLIC_LANGUAGES = options.names("OPENHOTLINE_LANGUAGES")
SILENCE_HOURS = options.number("OPENHOTLINE_SILENCE_HOURS")
FORGET_DAYS = options.number("OPENHOTLINE_FORGET_DAYS")
SMTP_URL = options.value("OPENHOTLINE_SMTP_URL")
MAIL_FROM = options.value("OPENHOTLINE_MAIL_FROM")
ASK_NETWORK = options.switch("OPENHOTLINE_ASK_NETWORK")
EGRESS_PROXY = options.value("OPENHOTLINE_EGRESS_PROXY")
GEO_DATABASES = [Path(name) for name in options.names("OPENHOTLINE_GEO_DATABASES")]
ASN_DATABASE = (
    Path(options.value("OPENHOTLINE_ASN_DATABASE")) if options.value("OPENHOTLINE_ASN_DATABASE") else None
)
TRACE_AGREE = options.number("OPENHOTLINE_TRACE_AGREE")
RECORDED_ANSWERS = (
    Path(options.value("OPENHOTLINE_RECORDED_ANSWERS"))
    if options.value("OPENHOTLINE_RECORDED_ANSWERS")
    else None
)

STAGES = [
    f"openhotline_server.{stage}"
    for stage in [
        "public",
        "console",
        "api",
        "pipeline",
        "statistics",
        "sharing",
        "notices",
        "assessment",
        "triage",
        "findings",
        "evidence",
        "intake",
        "lists",
        "accounts",
        "ledger",
    ]
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    *STAGES,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "openhotline_server.site.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "openhotline_server.accounts.middleware.SecondFactorRequired",
    "openhotline_server.site.refusals.RefusalsAsPages",
]
ROOT_URLCONF = "openhotline_server.site.urls"
WSGI_APPLICATION = "openhotline_server.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openhotline_server.site.context.site",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "site" / "static"]
# Finders serve the files straight from the package: no collecting step between an install and its first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console:home"
ACCOUNT_ADAPTER = "openhotline_server.accounts.adapter.ClosedDoorAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
# Sign-in limits count by network address; behind a proxy, by the one that the proxy names.
ALLAUTH_TRUSTED_PROXY_COUNT = options.number("OPENHOTLINE_TRUSTED_PROXIES")
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "5/5m/key,20/5m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "OpenHotline"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = options.number("OPENHOTLINE_SESSION_MINUTES") * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# Nothing to strangers. Not "no-referrer": with it browsers send "Origin: null" with a form, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# Logs carry codes: request lines with their paths stay out of them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
