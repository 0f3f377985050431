"""Sessions in the database, as Django keeps them, found quickly: every request asks for one."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from annotator.models.prepared import Prepared, named

SESSION = Prepared(Session.objects.filter(session_key=named("key"), expire_date__gt=named("now")))


class SessionStore(db.SessionStore):
    """Django's, but for the way in which it is read."""

    def _get_session_from_db(self) -> Session | None:
        session = SESSION.first(key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session
