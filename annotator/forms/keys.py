"""The keys that a person chose for the desk, as the dialog of keys sends them."""

from django.utils.translation import gettext as _

from annotator.desk_keys import ROWS, clashes
from annotator.forms.bodies import object_in

NAMED = {"Delete", "Backspace", "Insert", "Home", "End", "PageUp", "PageDown"}


def keys_from(body: bytes) -> dict[str, str]:
    """The own keys in the body of a request, `{"keys": {name: key}}`, less those that are as usual.

    Raises ValueError, in words for the person, for a key that can't be one or that does something else already.
    """
    sent = object_in(body).get("keys")
    if not isinstance(sent, dict):
        raise ValueError(_("keys: must be an object of names and keys"))
    own = {_name(name): _key(key) for name, key in sent.items()}
    for key, row in clashes(own):
        raise ValueError(_("“%(key)s” is the key for “%(what)s”. Choose another.") % {"key": key, "what": _(row.label)})
    return {name: key for name, key in own.items() if key != ROWS[name].key}


def _name(name: str) -> str:
    if name not in ROWS:
        raise ValueError(_("The desk knows no %(name)s") % {"name": repr(name[:100])})
    return name


def _key(key: object) -> str:
    if not isinstance(key, str) or not _is_key(key):
        raise ValueError(
            _("That can't be a key of the desk. Choose a character, a letter with Shift, or a key like Delete or Home.")
        )
    return key


def _is_key(key: str) -> bool:
    """Letters are written small: whether Caps Lock is on makes no difference."""
    head, _, last = key.rpartition(" ")
    if head not in {"", "Shift"}:
        return False
    if last in NAMED:
        return True
    return len(last) == 1 and last.isprintable() and last == last.lower() and (not head or last.isalpha())
