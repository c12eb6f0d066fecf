"""The settings, with keys, mail and databases of their own, apart from any installation."""

import os
import tempfile
from pathlib import Path

os.environ["KNAI_DATA_DIR"] = os.environ.get("KNAI_TEST_DATA_DIR") or tempfile.mkdtemp("-knai")
os.environ["KNAI_DEBUG"] = "false"
os.environ["KNAI_DEMO"] = "false"
os.environ["KNAI_MFA"] = "off"  # tests that are about it switch it on
Path(os.environ["KNAI_DATA_DIR"]).mkdir(parents=True, exist_ok=True)

from knai.config.settings import *  # noqa: E402, F403
from knai.config.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
