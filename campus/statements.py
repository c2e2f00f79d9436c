"""Queries that are asked at every check: put together once, which takes five times as long as to run them."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet


class Statement:
    """The SQL of a `values_list`, whose conditions stand for any others: `rows` takes their values in order."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, stand_ins = compiler.as_sql()
        self._wanted = len(stand_ins)
        # SQLite says a date as text
        self._converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])

    def rows(self, *values: str) -> list[list[Any]]:
        assert len(values) == self._wanted, (values, self._sql)
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            found = [list(row) for row in cursor.fetchall()]
        for position, (converters, column) in self._converters.items():
            for row in found:
                for convert in converters:
                    row[position] = convert(row[position], column, connection)
        return found
