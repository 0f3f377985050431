"""Reads whose SQL is composed once a process. Composing it anew for each request took several times as long as running it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet, Value
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where in a row what stands, and what is made of it."""

    model: Any
    own: slice
    names: list[str]
    related: list[Any]
    annotations: dict[str, int]
    converters: dict[int, Any]


def named(name: str) -> Value:
    """The place of a value that a prepared read is given each time. It can't be None, for which SQL asks in another way."""
    return Value(_Name(name))


class Prepared(Generic[Row]):
    """A query set with `named` values, and `select_related` where wanted, that is read without being composed anew."""

    def __init__(self, rows: QuerySet[Row]) -> None:
        self._query = rows.query

    @cached_property
    def _compiled(self) -> tuple[SQLCompiler, str, tuple[Any, ...]]:
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        return compiler, sql, values

    @cached_property
    def _shape(self) -> _Shape:
        compiler, _, _ = self._compiled
        columns, info = compiler.select, compiler.klass_info
        fields = info["select_fields"]
        own = slice(fields[0], fields[-1] + 1)
        return _Shape(
            model=info["model"],
            own=own,
            names=[column.target.attname for column, _, _ in columns[own]],
            related=get_related_populators(info, columns, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # the types are a version ahead
            annotations=compiler.annotation_col_map or {},
            converters=compiler.get_converters([column for column, _, _ in columns]),
        )

    def all(self, **values: Any) -> list[Row]:
        """The rows as the query set itself gives them, related objects included."""
        _, sql, parameters = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[value.name] if isinstance(value, _Name) else value for value in parameters])
            return [self._object(list(row)) for row in cursor.fetchall()]

    def first(self, **values: Any) -> Row | None:
        """The first row, or None. A query set that may have many should say its order and end in `[:1]`."""
        return next(iter(self.all(**values)), None)

    def _object(self, row: list[Any]) -> Row:
        shape = self._shape
        for place, (steps, column) in shape.converters.items():
            for step in steps:
                row[place] = step(row[place], column, connection)
        made: Row = shape.model.from_db(DEFAULT_DB_ALIAS, shape.names, row[shape.own])
        for populator in shape.related:
            populator.populate(row, made)
        for name, place in shape.annotations.items():
            setattr(made, name, row[place])
        return made
