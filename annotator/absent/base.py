"""A PostgreSQL backend that refuses every connection with one clear line."""

from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db import OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper

MESSAGE = "The servers are not running: start `make up`, or set DATABASE_URL"


class ServersNotRunningError(OperationalError, CommandError):
    """A database error for those who handle one; manage.py prints it as one line, without a traceback."""


class DatabaseWrapper(PostgresWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> NoReturn:
        raise ServersNotRunningError(MESSAGE)
