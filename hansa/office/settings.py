"""Django's settings, from the office's configuration."""

from __future__ import annotations

from datetime import timedelta

from hansa.office.configuration import read_configuration

OFFICE = read_configuration()

SECRET_KEY = OFFICE.secret
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *OFFICE.hosts]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in OFFICE.hosts if OFFICE.https]
ROOT_URLCONF = "hansa.office.urls"
WSGI_APPLICATION = "hansa.office.wsgi.application"
DATABASES = {"default": dict(OFFICE.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "hansa.office",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hansa.office.headers.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hansa.office.viewer.Viewers",
    "hansa.office.viewer.OwnPasswords",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

# --- who comes in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "office.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "hansa.office.viewer.ByPassword"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "full_name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "/account/sign-in"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5  # of one name from one address; then it is locked for a while
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "hansa.office.viewer.name_tried"
AXES_CLIENT_IP_CALLABLE = "hansa.office.rate.address_of"  # else all share one behind a proxy
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is nobody's business once it has gone well
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "hansa.office.pages.account.locked"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]

# --- what the browser is told -----------------------------------------------------------------------------------------
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "office_session", "office_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OFFICE.https
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "hansa.office.pages.refusal.csrf"
SECURE_SSL_REDIRECT = OFFICE.https
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OFFICE.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if OFFICE.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = OFFICE.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = False

# --- size of what comes in --------------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "hansa.office.upload.Ceiling",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- language, time, static files -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# --- the API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hansa.office.api.tokens.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {  # of one caller
        **{"search": "120/min", "check": "20/min", "indicators": "120/min", "simulate": "30/min"},
    },
    "NUM_PROXIES": 1 if OFFICE.https else 0,  # whose word on the caller's address is taken
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "hansa.office.api.problem.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": ["hansa.office.api.schema.complete"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"screen": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["screen"], "level": "WARNING"},
    # what visitors ask wrongly is theirs to know; what breaks is ours
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
