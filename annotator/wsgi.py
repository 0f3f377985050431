"""The web process: `gunicorn annotator.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
application = get_wsgi_application()

# What the application is made of lives as long as the process: the collector need not look at it again, and after a fork all
# processes share it. What one request leaves behind is little; looking for cycles less often saves a tenth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
