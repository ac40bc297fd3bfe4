"""All settings, from the environment. The table of variables stands in docs/settings.md."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.data_folder(BASE_DIR)
DEBUG = environment.flag("DEBUG")
TESTING = environment.flag("PARLEY_TESTING")
SECRET_KEY = environment.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# Addresses. The live stream is an origin of its own: by default the next port of the same host.
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000)
BASE_URL = os.environ.get("BASE_URL", f"http://localhost:{PORT}").rstrip("/")
LIVE_PORT = environment.number("LIVE_PORT", PORT + 1)
LIVE_URL = os.environ.get(
    "LIVE_URL", f"{urlsplit(BASE_URL).scheme}://{urlsplit(BASE_URL).hostname}:{LIVE_PORT}"
).rstrip("/")
_ORIGIN = environment.origin(BASE_URL)
_IS_HTTPS = _ORIGIN.startswith("https://")
_ALSO_LOOPBACK = "BASE_URL" not in os.environ
PAGE_ORIGINS = [_ORIGIN, f"http://127.0.0.1:{PORT}"] if _ALSO_LOOPBACK else [_ORIGIN]
"""Exact origins whose pages may open the live stream."""
LIVE_ORIGINS = sorted(
    {environment.origin(LIVE_URL)} | ({f"http://127.0.0.1:{LIVE_PORT}"} if _ALSO_LOOPBACK else set())
)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    str(urlsplit(BASE_URL).hostname),
]
CSRF_TRUSTED_ORIGINS = [_ORIGIN]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "core",
    "crm",
    "conversations",
    "bookings",
    "automation",
    "desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "pghistory",
    "pgtrigger",
    "django_celery_beat",
    "drf_spectacular",
]

MIDDLEWARE = [
    "conversations.deliveries.middleware.ProvidersFirst",
    "core.api.middleware.ProgramsFirst",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # template_partials puts its loader around these when the apps are ready.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Services. Without addresses in the environment the supervisor starts its own and leaves a state file.
_URLS = environment.service_urls(DATA_DIR)
DATABASES = {"default": environment.database_settings(_URLS["database"])}
BROKER_URL = _URLS["broker"]
CACHE_URL = _URLS["cache"]
# How long an attempt to reach the cache may hold a request; tests share a busy machine and must not lose it for that.
CACHE_PATIENCE_SECONDS = 3.0 if TESTING else 0.5
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "parley",
        "OPTIONS": {
            "socket_connect_timeout": CACHE_PATIENCE_SECONDS,
            "socket_timeout": CACHE_PATIENCE_SECONDS,
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Sign-in
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _IS_HTTPS else "http"
# Behind a proxy the client's address is the last hop's word; allauth counts rate limits by it.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", 0)

# Browser security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, *LIVE_ORIGINS],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("hy", _("Armenian")), ("az", _("Azerbaijani"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_PERMISSIONS = 0o640

# Background work
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    # A broker that is away must not hold a web request: publishing gives up after these seconds.
    "socket_connect_timeout": 0.5,
    "socket_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# History: append-only rows written by triggers, deletions included, with who and where beside each row.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_APPEND_ONLY = True
PGHISTORY_BASE_MODEL = "core.history.tables.Event"
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
# It is read by the object and by time; an index for each relation would be written with every change of a chat.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# API
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Parley",
    "VERSION": "1",
    "DESCRIPTION": "Contacts, leads, conversations, bookings and everything that happens. Times are ISO 8601 in UTC, "
    'money is `{"amount": "123.45", "currency": "AMD"}`, ids are UUIDs.',
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Mail
vars().update(environment.email_settings(os.environ.get("EMAIL_URL", "")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("FROM_EMAIL", "parley@localhost")

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configure(
    level=os.environ.get("LOG_LEVEL", "INFO").upper(),
    style=os.environ.get("LOG_FORMAT", "console"),
    colours=sys.stderr.isatty() or environment.flag("FORCE_COLOR"),
)
SILENCED_SYSTEM_CHECKS: list[str] = []

# Telegram: another Bot API server than Telegram's own, and how fast one bot may write in all.
# Addresses that people give for webhooks are of the open internet; of this machine only where that is wanted.
OUTGOING_LOOPBACK = environment.flag("OUTGOING_LOOPBACK")
OUTGOING_HOSTS = frozenset(name.lower() for name in environment.words("OUTGOING_HOSTS"))
TELEGRAM_API_URL = os.environ.get("TELEGRAM_API_URL", "https://api.telegram.org").rstrip("/")
TELEGRAM_MESSAGES_PER_SECOND = environment.number("TELEGRAM_MESSAGES_PER_SECOND", 30)
