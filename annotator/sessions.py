"""Sessions in the database, as Django keeps them, found quickly and together with their person: every request asks for both."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from annotator.models import Session, User
from annotator.models.prepared import Prepared, named

SESSION = Prepared(Session.objects.select_related("user").filter(session_key=named("key"), expire_date__gt=named("now")))


class SessionStore(db.SessionStore):
    """Django's, but for the way in which it is read. `person` is whoever the stored session belongs to, once it was read."""

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast("Session", super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        return session

    def _get_session_from_db(self) -> Session | None:
        session = SESSION.first(key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        else:
            self.person = session.user
        return session
