"""Queries whose SQL is made once: building it anew costs Django ten times what the database takes to answer.

The rows are read each time, so nothing can be stale; only the text of the question is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators

_FIRST = datetime(1901, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
_EXAMPLES: dict[type, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=0xFEEDFACE0000 + n),
    datetime: lambda n: _FIRST + timedelta(days=n),
    str: lambda n: f"an example {n} that no query holds",
}


class Prepared:
    """A question with named values.

    build  the queryset for values of these names; it must have the same shape whatever they are
    types  UUID, datetime or str of each value; None has another shape (IS NULL) and is refused
    """

    def __init__(self, build: Callable[..., QuerySet], **types: type) -> None:
        self._build, self._types = build, types
        self._local = threading.local()

    def __call__(self, **values: Any) -> list[Any]:
        """The rows: instances, or what `values_list` would give as tuples."""
        for name, kind in self._types.items():
            if not isinstance(values[name], kind):
                found = type(values[name]).__name__
                raise TypeError(f"{name}: found {found}, wanted {kind.__name__}.")
        question = getattr(self._local, connection.vendor, None)
        if question is None:
            question = _Question(self._build, self._types)
            setattr(self._local, connection.vendor, question)
        return question.ask(values)

    def first(self, **values: Any) -> Any | None:
        """The first row of what should be few; None when there is none."""
        rows = self(**values)
        return rows[0] if rows else None


class _Question:
    """One compiled query of one thread."""

    def __init__(self, build: Callable[..., QuerySet], types: dict[str, type]) -> None:
        examples = {name: _EXAMPLES[kind](n) for n, (name, kind) in enumerate(types.items())}
        rows = build(**examples)
        self._compiler = rows.query.get_compiler(connection=connection)
        self._sql, params = self._compiler.as_sql()
        self._params = list(params)
        self._places = {name: self._find(name, value) for name, value in examples.items()}
        columns = self._compiler.select[: self._compiler.col_count]
        self._converters = self._compiler.get_converters([column[0] for column in columns])
        self._make = self._maker() if rows._iterable_class is ModelIterable else tuple

    def _find(self, name: str, example: Any) -> list[int]:
        wanted = adapted(example)
        places = [n for n, param in enumerate(self._params) if param == wanted]
        if not places:
            raise LookupError(f"The query does not ask about {name}.")
        return places

    def ask(self, values: dict[str, Any]) -> list[Any]:
        params = list(self._params)
        for name, places in self._places.items():
            for place in places:
                params[place] = adapted(values[name])
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            found = cursor.fetchall()
        return [self._make(row) for row in self._compiler.apply_converters(found, self._converters)]

    def _maker(self) -> Callable[[Any], Any]:
        """How a row becomes an instance with those it refers to."""
        select, info, using = self._compiler.select, self._compiler.klass_info, connection.alias
        start, end, model = info["select_fields"][0], info["select_fields"][-1] + 1, info["model"]
        names = [column[0].target.attname for column in select[start:end]]
        related = get_related_populators(info, select, using)
        added = tuple(self._compiler.annotation_col_map.items())

        def make(row: Any) -> Any:
            instance = model.from_db(using, names, row[start:end])
            for populator in related:
                populator.populate(row, instance)
            for name, place in added:
                setattr(instance, name, row[place])
            return instance

        return make


def adapted(value: Any) -> Any:
    """The value as the database takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
