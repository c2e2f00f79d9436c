"""All settings, from the environment; safe where the environment says nothing.

Without `DATABASE_URL` the project is *embedded*: SQLite, and a queue of its own, in `var/`.
"""

import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
VAR.mkdir(exist_ok=True)

EMBEDDED = not env.str("DATABASE_URL", default="")
DEBUG = env.bool("DEBUG", default=False)
# Cookies over HTTPS only, and plain HTTP sent on to it: when grown, unless told otherwise
HTTPS = env.bool("HTTPS", default=not DEBUG and not EMBEDDED)


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first call. Processes that start together agree on one."""
    if not path.exists():
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp gives mode 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)  # a link is refused where somebody was quicker, and never shows half a file
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or (kept_secret(VAR / "secret_key") if EMBEDDED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "With DATABASE_URL set, SECRET_KEY must be set too: a long random text, the same for every process. "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))' makes one."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Applications, middleware, templates

INSTALLED_APPS = [
    "campus",
    "dormitories",
    "inspections",
    "scoring",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.apps.SiteConfig",
]

MIDDLEWARE = [
    "config.views.HealthMiddleware",  # first: who asks by the machine's own address is answered too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.rest.JsonErrorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.person.PersonCookieMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.access.AccessMiddleware",
    "config.views.OwnPagesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASE: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'campus.sqlite3'}")
# A suffix of one's own lets several test runs share a checkout, or a database server
TEST_SUFFIX = "".join(f"_{part}" for part in [env.str("PYTEST_DB_SUFFIX", default="")] if part)

if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE |= {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            # Django's default, DEFERRED, lets two transactions read and then fails one that writes
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
        },
        # A file: a worker in a thread of its own cannot see a database in memory
        "TEST": {"NAME": str(VAR / f"test{TEST_SUFFIX}.sqlite3")},
    }
else:
    DATABASE |= {
        "CONN_MAX_AGE": 0,  # the pool keeps connections instead
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=16), "timeout": 10}},
        "TEST": {"NAME": f"test_{DATABASE['NAME']}{TEST_SUFFIX}"},
    }

DATABASES = {"default": DATABASE}

# Queue: Redis, or a Redis-protocol server of our own on a socket (`config/queue.py`)


def socket_path(wanted: Path) -> Path:
    """`wanted`, or a short stand-in in the temporary folder: the system takes no socket path over 107 bytes."""
    if len(os.fsencode(wanted)) <= 100:
        return wanted
    stand_in = f"campus-{os.getuid()}-{sha256(os.fsencode(wanted)).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / stand_in / wanted.name


REDIS_URL = env.str("REDIS_URL", default="")
QUEUE_SOCKET = socket_path(VAR / "queue.sock")
QUEUE_DATA = VAR / "queue"

CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{QUEUE_SOCKET}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * 3600,  # seconds; beyond the longest job, or that job would be handed out twice
    # Sending gives up soon, also on a broker that says nothing: the job's row is the truth, the sweep sends it again
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "max_retries": 3,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_DEFAULT_QUEUE = "campus"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_THREADS", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # A minute's sweep that nobody took is worth nothing in the next minute
    "sweep-jobs": {"task": "reports.tasks.sweep_jobs", "schedule": 60.0, "options": {"expires": 55}},
    "sweep-thumbs": {"task": "inspections.tasks.sweep_thumbs", "schedule": 60.0, "options": {"expires": 55}},
    "sweep-unnamed": {"task": "inspections.tasks.sweep_unnamed", "schedule": 3600.0, "options": {"expires": 3500}},
}

# People

AUTH_USER_MODEL = "campus.User"
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "signin"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time: Chinese, unless somebody chose English on the page (`config/language.py`)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = CELERY_TIMEZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True
# Local times, HH:MM, from which a check belongs to the noon and to the evening shift
SHIFT_NOON_FROM = env.str("SHIFT_NOON_FROM", default="11:00")
SHIFT_EVENING_FROM = env.str("SHIFT_EVENING_FROM", default="16:30")
# When the rounds of a shift usually begin, HH:MM; a kind of place may have a time of its own: dorm.evening=18:30
SHIFT_STARTS = {"morning": "07:30", "noon": "13:30", "evening": "19:20"} | env.dict("SHIFT_STARTS", default={})
ROUND_GRACE = env.int("ROUND_GRACE", default=10)  # minutes after its beginning in which a first check is on time

# The API (`config/rest.py`); who may call what is `config/access.py`'s word

REST_FRAMEWORK = {
    # First the token: what signs in there is what a 401 asks for
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.rest.TokenAuthentication", "config.rest.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.rest.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.rest.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    # Counted by each web process for itself
    "DEFAULT_THROTTLE_RATES": {"user": "30/second"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Campus sanitation inspection",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"OutcomeEnum": "inspections.models.Outcome"},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.schema.tell_of_faults"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "config.finders.AppsFinder",
    "config.finders.NodeModulesFinder",
]
# What applications bring along and no page uses
APP_FILES_LEFT_OUT = ["rest_framework/*", "drf_spectacular_sidecar/redoc/*", "drf_spectacular_sidecar/*.js.map"]
NODE_MODULES = BASE_DIR / "node_modules"
# What is served of node_modules, under the same path below STATIC_URL, and nothing else.
# The style sheet names its source map, which the manifest storage then wants to find.
NODE_MODULES_FILES = [
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    "idb/build/index.js",
    "morphdom/dist/morphdom-esm.js",
]

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR / "media"))
# The proxy's internal address of MEDIA_ROOT, such as /media-inside/: it hands the pictures out, we say to whom
X_ACCEL_REDIRECT = env.str("X_ACCEL_REDIRECT", default="")
BUCKET = env.str("AWS_STORAGE_BUCKET_NAME", default="")  # the other S3 settings are django-storages' own
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.storage.StaticFilesStorage"
    },
}
if BUCKET:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("AWS_S3_REGION_NAME", default="") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a day's queue, ticked whole
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its small marks as data: pictures
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=30 * 24 * 3600) if HTTPS else 0
if env.bool("BEHIND_PROXY", default=False):
    # Only where the proxy sets this header itself: anybody else could pretend
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handlers would say everything a second time
    "loggers": {"django": {"handlers": [], "level": "INFO"}, "django.server": {"handlers": [], "propagate": True}},
}
