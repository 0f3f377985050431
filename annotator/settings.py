"""Every setting of the web house. What can be changed from outside is read from the environment: see docs/operating.md."""

from datetime import timedelta
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from annotator import addresses, environment, folders

# places
BASE_DIR = folders.CLONE
DATA_FOLDER = folders.data_folder()
IMAGE_FOLDER = DATA_FOLDER / "images"
SECRET_KEY_FILE = DATA_FOLDER / "secret_key"  # made by `manage.py up`, used only while DEBUG is on
LOGINS_FILE = DATA_FOLDER / "logins.json"

# safety
DEBUG = environment.flag("DEBUG", default=True)
SECRET_KEY = environment.text("SECRET_KEY")
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS")
if not DEBUG and not SECRET_KEY:
    raise ImproperlyConfigured("DEBUG=0 needs SECRET_KEY: a long random text that nobody else knows")
if not DEBUG and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("DEBUG=0 needs ALLOWED_HOSTS: the names under which this site is reached, separated by commas")
if DEBUG and not SECRET_KEY:
    SECRET_KEY = SECRET_KEY_FILE.read_text() if SECRET_KEY_FILE.exists() else "only-for-tests-and-checks-while-DEBUG-is-on"
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS")
HTTPS = environment.flag("HTTPS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SESSION_ENGINE = "annotator.sessions"
SESSION_COOKIE_NAME = "tldr_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "tldr_csrf"
X_FRAME_OPTIONS = "DENY"
TRUST_PROXY = environment.flag("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# the application
INSTALLED_APPS = [
    "annotator",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "annotator.static_files.StaticFiles",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "annotator.middleware.guard_content",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "annotator.middleware.PersonMiddleware",
    "annotator.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "annotator.middleware.send_lost_sessions_to_login",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
if TRUST_PROXY:
    MIDDLEWARE.insert(0, "annotator.middleware.take_address_from_proxy")
ROOT_URLCONF = "annotator.urls"
WSGI_APPLICATION = "annotator.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a request without files; files go to disk past 2.5 MB
FILE_UPLOAD_TEMP_DIR = str(DATA_FOLDER / "uploads") if (DATA_FOLDER / "uploads").is_dir() else None

# languages, each by its own name; how one is added: docs/architecture.md
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "tldr_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True

# the web's processes; more threads than this work on the same cores and mostly wait for each other
WEB_WORKERS = environment.number("WEB_WORKERS", 2, least=1)
WEB_THREADS = environment.number("WEB_THREADS", 3, least=1)

# people
AUTH_USER_MODEL = "annotator.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "annotator.accounts.PasswordBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "annotator.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {"login_failed": ""}  # axes counts those, in the database and thus for all processes together
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_TEMPLATE = "429.html"  # it says the cool-off in words
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "annotator.accounts.attempted_address"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# mail: password resets only
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = environment.number("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "annotator@localhost")

# database
_embedded = addresses.read_addresses(DATA_FOLDER)
_database_url = environment.text("DATABASE_URL", (_embedded and _embedded.database_url) or "")
DATABASES: dict[str, Any]
if _database_url:
    DATABASES = {"default": dj_database_url.parse(_database_url, engine="annotator.pooled")}
    # statements are prepared on their second use: half of the database's work for a page was planning
    DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=2)
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": environment.number("DATABASE_POOL_SIZE", 20, least=1),
        "timeout": 15,
    }
else:
    DATABASES = {"default": {"ENGINE": "annotator.absent", "NAME": "absent"}}

# queue
REDIS_URL = environment.text("REDIS_URL", (_embedded and _embedded.redis_url) or addresses.NO_REDIS)
CELERY_BROKER_URL = addresses.broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # what a killed worker held comes back after visibility_timeout, looked for every interval * throttle seconds;
    # a task that takes longer is delivered twice, so each one must recognise work that is done or being done
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_keepalive": not REDIS_URL.startswith("unix:"),
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "runs"
CELERY_TASK_ROUTES = {  # the rest goes to runs, which a training may keep busy for long
    "annotator.tasks.score_items": {"queue": "score"},
    "annotator.tasks.rescore_project": {"queue": "live"},
    "annotator.tasks.sweep": {"queue": "live"},
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"annotator.tasks.{name}", "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in (("sweep", 20.0), ("clear_leftovers", 3600.0))
}

# the model
TLDR_CHECKPOINT = environment.text("TLDR_CHECKPOINT")  # folder of a checkpoint; empty: the shipped one
DEVICE = environment.text("DEVICE")  # "cpu", "cuda", "cuda:1"; empty: the best there is
TRAIN_LAUNCHER = environment.text("TRAIN_LAUNCHER")  # say "torchrun --nproc-per-node 4"; empty: this Python, one process

# files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_static_storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
if not DEBUG:
    _static_storage = "annotator.static_files.HashedStaticFiles"
STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": {"BACKEND": _static_storage}}
MEDIA_ROOT = ""  # pictures are served by views that check who asks, never as media
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# logs
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},  # every task says itself what it did
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
