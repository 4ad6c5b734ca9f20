"""The container's application: ingest first, then Django, loaded at the start."""

import os

from django.core.wsgi import get_wsgi_application

from mlops.body_first import BodyFirst
from mlops.instrumentation import Instrumented
from tracking import environment
from tracking.api.shell import ApiFirst

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")

_api = ApiFirst(get_wsgi_application, django=get_wsgi_application())
application = Instrumented(BodyFirst(_api), logged=environment.production())
