"""All settings, read once from the environment. `.env.example` names every key."""

from pathlib import Path

from csp.constants import NONE, SELF

from knai.config import database, env, mail

DATA_DIR = env.path("KNAI_DATA_DIR", Path.cwd() / "var", shown="var")
DEBUG = env.boolean("KNAI_DEBUG", default=False)
DEMO = env.boolean("KNAI_DEMO", default=False)
SECRET_KEY = env.text("KNAI_SECRET_KEY", "")
ALLOWED_HOSTS = env.words("KNAI_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("KNAI_ORIGINS", "")

PAGES_HOST = env.text("KNAI_HOST", "127.0.0.1")
PAGES_PORT = env.integer("KNAI_PORT", 8000, 1, 65535)
MLLP_HOST = env.text("KNAI_MLLP_HOST", "127.0.0.1")
MLLP_PORT = env.integer("KNAI_MLLP_PORT", 2575, 1, 65535)
MLLP_PEERS = env.words("KNAI_MLLP_PEERS", "127.0.0.1 ::1")
MLLP_CERTIFICATE = env.text("KNAI_MLLP_CERTIFICATE", "")

SIGNING_P12 = env.text("KNAI_SIGNING_P12", "")
SIGNING_PASSWORD = env.text("KNAI_SIGNING_PASSWORD", "")

if not SECRET_KEY:
    from knai.kit.keys import secret_text

    SECRET_KEY = secret_text(DATA_DIR / "keys" / "django_secret")

INSTALLED_APPS = [
    "knai.kit",
    "knai.identity",
    "knai.practice",
    "knai.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's pages use it
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "knai.web.middleware.LogInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "knai.web.accounts.limits.LogInLimits",
    "knai.web.middleware.ActorMiddleware",
    "knai.web.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "knai.config.urls"
WSGI_APPLICATION = "knai.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "knai.web.context.page",
            ],
        },
    }
]

DATABASES = {"default": database.from_url(env.text("KNAI_DATABASE_URL", ""), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["knai.identity.backends.People"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "knai.web.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = False
_MFA = env.choice(
    "KNAI_MFA", "off" if DEMO else "required", ("required", "off"), shown="required; off in a demo"
)
MFA_REQUIRED = _MFA == "required"
MFA_TOTP_ISSUER = "KNAI"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO

SESSION_IDLE_MINUTES = env.integer("KNAI_SESSION_MINUTES", 60, 5, 720)
SESSION_ENGINE = "knai.identity.log_ins"
SESSION_COOKIE_AGE = 13 * 3600  # LogInLimits ends it earlier
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
HTTPS = env.boolean("KNAI_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "knai.web.errors.forbidden"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "knai.kit.storage.DurableFolder",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "knai.web.static_files.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

globals().update(mail.from_url(env.text("KNAI_MAIL_URL", ""), DATA_DIR))
DEFAULT_FROM_EMAIL = env.text("KNAI_MAIL_FROM", "KNAI <knai@localhost>")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # fields; a file may be larger, see kit.uploads
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "knai.kit.uploads.CountedUpload",
]

LOG_LEVEL = env.choice("KNAI_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "knai.config.logs.Formatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
