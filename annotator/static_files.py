"""How static files are collected outside DEBUG: named by their content, so that browsers keep them for good."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """What is collected: not htmx's extensions, which no page uses and which import what isn't there."""

    ignore_patterns = (*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise's storage, where what a JavaScript module imports is named by its content too. None may import in a circle."""

    support_js_module_import_aggregation = True
