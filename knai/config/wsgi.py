"""The pages, as a WSGI application; `knai serve` runs it on threads beside the stream."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "knai.config.settings")
application = get_wsgi_application()
