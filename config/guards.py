"""Rules that a check constraint cannot hold, as triggers: the one place that installs and removes them.

SQLite drops triggers silently when a migration rebuilds a table, and a trigger that names a renamed table breaks the
migration: so all are removed before `migrate` and put back after it (`config.apps`). A test asserts that they are
there. Only the tests' flush takes them off (`lifted`), since a flush deletes what may not be deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_INSPECTION = "PERFORM 1 FROM inspections_inspection WHERE id = NEW.inspection_id FOR UPDATE;"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse `events` on a row of `table` where the SQL `refuse_if` is true; NEW and OLD name the row.

    `lock` is PL/pgSQL run first on PostgreSQL, where two transactions could otherwise both pass.
    """

    name: str
    table: str
    events: tuple[str, ...]
    refuse_if: str
    message: str
    lock: str = ""


@dataclass(frozen=True, slots=True)
class NoOverlap:
    """Rows of `table` that agree on `keys` never share a day between `starts_on` and `ends_on`, both included."""

    name: str
    table: str
    keys: tuple[str, ...]
    message: str


def _append_only(table: str, message: str) -> Guard:
    return Guard(f"{table}_only_grows", table, ("UPDATE", "DELETE"), "TRUE", message)


def _frozen_with(table: str, published: str) -> Iterator[Guard]:
    """Rows below a published standard or a policy in use are frozen with it: `published` tells by {row}."""
    for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        yield Guard(
            f"{table}_frozen_{event.lower()}",
            table,
            (event,),
            published.format(row=row),
            "a published version does not change; make a new version",
        )


PUBLISHED = (
    "EXISTS (SELECT 1 FROM inspections_standard s WHERE s.id = {row}.standard_id AND s.published_at IS NOT NULL)"
)
IN_USE = (
    "(EXISTS (SELECT 1 FROM scoring_entry e WHERE e.policy_id = {row}.{key})"
    " OR EXISTS (SELECT 1 FROM scoring_verification v WHERE v.policy_id = {row}.{key}))"
)
EXPECTED_SLOT = """(
    SELECT CASE WHEN i.occasion = 'spot' OR i.outcome IN ('nobody', 'skipped')
                  OR (i.outcome = 'locked' AND s.locked_points = 0) THEN NULL
                ELSE CASE WHEN i.room_id IS NULL THEN 'area:' || CAST(i.area_id AS varchar)
                          ELSE 'room:' || CAST(i.room_id AS varchar) END
                     || '/' || CAST(i.performed_on AS varchar) || '/' || i.shift || '/' || i.occasion END
    FROM inspections_inspection i JOIN inspections_standard s ON s.id = i.standard_id
    WHERE i.id = NEW.inspection_id)"""

_DECISIONS = ("scoring_verification", "scoring_return", "scoring_setaside")


def _one_decision(table: str) -> Guard:
    others = " OR ".join(
        f"EXISTS (SELECT 1 FROM {other} o WHERE o.inspection_id = NEW.inspection_id)"
        for other in _DECISIONS
        if other != table
    )
    message = "an inspection is verified, returned or set aside, never two of them"
    return Guard(f"{table}_one_decision", table, ("INSERT",), others, message, LOCK_INSPECTION)


GUARDS: tuple[Guard, ...] = (
    _append_only("scoring_entry", "the ledger only grows; post a reversing line"),
    _append_only("scoring_reversal", "the ledger only grows"),
    _append_only("scoring_bonus", "the ledger only grows; withdraw a bonus by a negative line"),
    Guard(
        "inspections_standard_frozen",
        "inspections_standard",
        ("UPDATE", "DELETE"),
        "OLD.published_at IS NOT NULL",
        "a published standard does not change; make a new version",
    ),
    *_frozen_with("inspections_item", PUBLISHED),
    *_frozen_with("inspections_defect", PUBLISHED),
    Guard(
        "inspections_defect_in_its_items_standard",
        "inspections_defect",
        ("INSERT", "UPDATE"),
        "NOT EXISTS (SELECT 1 FROM inspections_item i WHERE i.id = NEW.item_id AND i.standard_id = NEW.standard_id)",
        "a defect belongs to the standard of its item",
    ),
    Guard(
        "inspections_finding_needs_defects",
        "inspections_finding",
        ("INSERT", "UPDATE"),
        "NOT EXISTS (SELECT 1 FROM inspections_inspection i WHERE i.id = NEW.inspection_id AND i.outcome = 'defects')",
        "findings come with the outcome defects only",
    ),
    Guard(
        "scoring_policy_frozen",
        "scoring_policy",
        ("UPDATE", "DELETE"),
        IN_USE.format(row="OLD", key="id"),
        "a policy that has lines does not change; make a new version",
    ),
    *_frozen_with("scoring_categoryrule", IN_USE.replace("{key}", "policy_id")),
    *_frozen_with("scoring_occasionmultiplier", IN_USE.replace("{key}", "policy_id")),
    *(_one_decision(table) for table in _DECISIONS),
    Guard(
        "scoring_verification_slot",
        "scoring_verification",
        ("INSERT", "UPDATE"),
        f"COALESCE(NEW.slot, '') <> COALESCE({EXPECTED_SLOT}, '')",
        "the slot is that of the inspection: target, date, shift and occasion",
    ),
    Guard(
        "scoring_entry_same_as_reversed",
        "scoring_entry",
        ("INSERT",),
        "NEW.reverses_id IS NOT NULL AND NEW.category <> 'correction' AND NOT EXISTS (SELECT 1 FROM scoring_entry r"
        " WHERE r.id = NEW.reverses_id AND r.school_class_id = NEW.school_class_id AND r.category = NEW.category"
        " AND COALESCE(r.bonus_id, 0) = COALESCE(NEW.bonus_id, 0)"
        " AND COALESCE(CAST(r.inspection_id AS varchar), '') = COALESCE(CAST(NEW.inspection_id AS varchar), '')"
        " AND COALESCE(CAST(r.finding_id AS varchar), '') = COALESCE(CAST(NEW.finding_id AS varchar), ''))",
        "a reversing line names a line of its own class, category, check and finding",
    ),
)

OVERLAPS: tuple[NoOverlap, ...] = (
    NoOverlap(
        "dormitories_residency_no_overlap",
        "dormitories_residency",
        ("room_id", "school_class_id"),
        "two residencies of one class and room overlap",
    ),
    NoOverlap(
        "inspections_responsibility_no_overlap",
        "inspections_responsibility",
        ("area_id", "school_class_id"),
        "two responsibilities of one class and area overlap",
    ),
    NoOverlap("campus_term_no_overlap", "campus_term", (), "two terms overlap"),
)


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put every guard in force; those that stand already are made anew. Tables not yet migrated are passed over."""
    _run(using, installing=True)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take every trigger off; PostgreSQL's exclusion constraints stay."""
    _run(using, installing=False)


def installed(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names of the triggers and exclusion constraints that are in force."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_dialect(connection).NAMES)
        return {name for (name,) in cursor.fetchall()}


def expected(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names that `installed` must hold on a fully migrated database."""
    return set(_dialect(connections[using]).names())


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without guards, for the tests' flush and nothing else."""
    remove(using)
    try:
        yield
    finally:
        install(using)


def _run(using: str, *, installing: bool) -> None:
    connection = connections[using]
    dialect = _dialect(connection)
    # Both databases roll back DDL: nobody ever sees half of the guards
    with transaction.atomic(using), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        # PostgreSQL checks a trigger's tables when it runs, SQLite when any table is altered: so all or nothing
        rules: tuple[Guard | NoOverlap, ...] = (*GUARDS, *OVERLAPS)
        complete = all(rule.table in tables for rule in rules)
        for rule in rules:
            if rule.table not in tables:
                continue
            for statement in dialect.drop(rule):
                cursor.execute(statement)
            if installing and complete:
                for statement in dialect.create(rule):
                    cursor.execute(statement)


class _SQLite:
    NAMES = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

    @classmethod
    def names(cls) -> Iterator[str]:
        for guard in GUARDS:
            for event in guard.events:
                yield f"{guard.name}_{event.lower()}"
        for overlap in OVERLAPS:
            yield f"{overlap.name}_insert"
            yield f"{overlap.name}_update"

    @classmethod
    def create(cls, rule: Guard | NoOverlap) -> Iterator[str]:
        if isinstance(rule, Guard):
            events, condition = rule.events, rule.refuse_if
        else:
            events, condition = ("INSERT", "UPDATE"), cls._overlaps(rule)
        for event in events:
            yield (
                f"CREATE TRIGGER {rule.name}_{event.lower()} BEFORE {event} ON {rule.table} FOR EACH ROW"
                f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{rule.message}'); END"
            )

    @classmethod
    def drop(cls, rule: Guard | NoOverlap) -> Iterator[str]:
        events = rule.events if isinstance(rule, Guard) else ("INSERT", "UPDATE")
        for event in events:
            yield f"DROP TRIGGER IF EXISTS {rule.name}_{event.lower()}"

    @staticmethod
    def _overlaps(rule: NoOverlap) -> str:
        same = "".join(f" AND o.{key} = NEW.{key}" for key in rule.keys)
        return (
            f"EXISTS (SELECT 1 FROM {rule.table} o WHERE o.id IS NOT NEW.id{same}"
            " AND o.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')"
            " AND NEW.starts_on <= COALESCE(o.ends_on, '9999-12-31'))"
        )


class _PostgreSQL:
    NAMES = (
        "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
        " UNION SELECT conname::text FROM pg_constraint WHERE contype = 'x'"
    )

    @classmethod
    def names(cls) -> Iterator[str]:
        for guard in GUARDS:
            yield guard.name
            if "DELETE" in guard.events and guard.refuse_if == "TRUE":
                yield f"{guard.name}_truncate"
        for overlap in OVERLAPS:
            yield overlap.name

    @classmethod
    def create(cls, rule: Guard | NoOverlap) -> Iterator[str]:
        if isinstance(rule, NoOverlap):
            yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
            keys = "".join(f"{key} WITH =, " for key in rule.keys)
            yield (
                f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{rule.name}') THEN"
                f" ALTER TABLE {rule.table} ADD CONSTRAINT {rule.name}"
                f" EXCLUDE USING gist ({keys}daterange(starts_on, ends_on, '[]') WITH &&); END IF; END $$"
            )
            return
        refuse = f"RAISE EXCEPTION '{rule.message}' USING ERRCODE = 'integrity_constraint_violation';"
        yield (
            f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {rule.lock}"
            f" IF {rule.refuse_if} THEN {refuse} END IF;"
            f" RETURN {'OLD' if rule.events == ('DELETE',) else 'COALESCE(NEW, OLD)'}; END $$"
        )
        yield (
            f"CREATE TRIGGER {rule.name} BEFORE {' OR '.join(rule.events)} ON {rule.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
        )
        if "DELETE" in rule.events and rule.refuse_if == "TRUE":
            # TRUNCATE walks past row triggers
            yield (
                f"CREATE TRIGGER {rule.name}_truncate BEFORE TRUNCATE ON {rule.table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {rule.name}()"
            )

    @classmethod
    def drop(cls, rule: Guard | NoOverlap) -> Iterator[str]:
        if isinstance(rule, Guard):
            yield f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}"
            yield f"DROP TRIGGER IF EXISTS {rule.name}_truncate ON {rule.table}"


def _dialect(connection: BaseDatabaseWrapper) -> type[_SQLite] | type[_PostgreSQL]:
    dialects: dict[str, type[_SQLite] | type[_PostgreSQL]] = {"sqlite": _SQLite, "postgresql": _PostgreSQL}
    return dialects[connection.vendor]
