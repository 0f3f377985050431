"""The bodies of the requests that the desk's script sends."""

import json
from typing import Any

from django.utils.translation import gettext as _


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises ValueError where it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(_("The request is not JSON")) from error
    if not isinstance(data, dict):
        raise ValueError(_("The request is not a JSON object"))
    return data
