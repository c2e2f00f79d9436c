"""Rules that a check constraint cannot hold, as triggers: the one place that installs and removes them.

SQLite drops triggers silently when a migration rebuilds a table, and a trigger that names a renamed table breaks the
migration: so `migrate` takes them off and puts them back, whatever becomes of it (`config/management`); a database
that lacks any is told of by `manage.py check --database default`. Else only the tests' flush takes them off
(`lifted`), since it deletes what may not be deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse `events` on a row of `table` where the SQL `refuse_if` is true; NEW and OLD name the row.

    `lock` is PL/pgSQL run first on PostgreSQL, where two transactions could otherwise both pass. `only` is the one
    database that wants it, where the other cannot do what is refused.
    """

    name: str
    table: str
    events: tuple[str, ...]
    refuse_if: str
    message: str
    lock: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class NoOverlap:
    """Rows of `table` that agree on `keys` never share a day between `starts_on` and `ends_on`, both included."""

    name: str
    table: str
    keys: tuple[str, ...]
    message: str


def _append_only(table: str, message: str) -> Iterator[Guard]:
    yield Guard(f"{table}_only_grows", table, ("UPDATE", "DELETE"), "TRUE", message)
    yield _no_replace(table, message)


def _no_replace(table: str, message: str, *keys: str) -> Guard:
    """SQLite's INSERT OR REPLACE deletes what is in its way, and no DELETE trigger hears of it.

    `keys` are the conditions, beside the id, under which row `o` would be in the way.
    """
    in_the_way = " OR ".join(f"({key})" for key in ("o.id = NEW.id", *keys))
    condition = f"EXISTS (SELECT 1 FROM {table} o WHERE {in_the_way})"
    return Guard(f"{table}_no_replace", table, ("INSERT",), condition, message, only="sqlite")


def _frozen_with(table: str, parent: str, key: str, published: str, lock: str) -> Iterator[Guard]:
    """Rows below a published standard or a policy in use are frozen with it: `published` tells of the parent {row}."""
    message = "a published version does not change; make a new version"
    for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
        parents = ", ".join(f"{row}.{key}" for row in rows)
        yield Guard(
            f"{table}_frozen_{event.lower()}",
            table,
            (event,),
            " OR ".join(published.format(row=f"{row}.{key}") for row in rows),
            message,
            f"PERFORM 1 FROM {parent} WHERE id IN ({parents}) ORDER BY id {lock};",
        )
    yield _no_replace(table, message)


PUBLISHED = "EXISTS (SELECT 1 FROM inspections_standard s WHERE s.id = {row} AND s.published_at IS NOT NULL)"
IN_USE = (
    "EXISTS (SELECT 1 FROM scoring_entry e WHERE e.policy_id = {row})"
    " OR EXISTS (SELECT 1 FROM scoring_verification v WHERE v.policy_id = {row})"
)
VERIFIED = "EXISTS (SELECT 1 FROM scoring_verification v WHERE v.inspection_id = NEW.inspection_id)"
LOCK_INSPECTION = "PERFORM 1 FROM inspections_inspection WHERE id = NEW.inspection_id FOR UPDATE;"
EXPECTED_SLOT = """(
    SELECT CASE WHEN i.occasion = 'spot' OR i.outcome IN ('nobody', 'skipped')
                  OR (i.outcome = 'locked' AND s.locked_points = 0) THEN NULL
                ELSE CASE WHEN i.room_id IS NULL THEN 'area:' || CAST(i.area_id AS varchar)
                          ELSE 'room:' || CAST(i.room_id AS varchar) END
                     || '/' || CAST(i.performed_on AS varchar) || '/' || i.shift || '/' || i.occasion END
    FROM inspections_inspection i JOIN inspections_standard s ON s.id = i.standard_id
    WHERE i.id = NEW.inspection_id)"""

_DECISIONS = ("scoring_verification", "scoring_return", "scoring_setaside")


def _decided_once(table: str) -> Iterator[Guard]:
    """A decision stands; and an inspection has one at most."""
    others = " OR ".join(
        f"EXISTS (SELECT 1 FROM {other} o WHERE o.inspection_id = NEW.inspection_id)"
        for other in _DECISIONS
        if other != table
    )
    message = "an inspection is verified, returned or set aside, never two of them"
    yield Guard(f"{table}_one_decision", table, ("INSERT",), others, message, LOCK_INSPECTION)
    yield Guard(f"{table}_only_grows", table, ("UPDATE", "DELETE"), "TRUE", "a decision stands")
    yield _no_replace(table, "a decision stands", "o.inspection_id = NEW.inspection_id")


# A picture and the findings that name it are one person's, whichever comes first
PHOTO_IS_ANOTHERS = """EXISTS (
    SELECT 1 FROM inspections_photo p, inspections_finding f JOIN inspections_inspection i ON i.id = f.inspection_id
    WHERE p.id = NEW.photo_id AND f.id = NEW.finding_id AND p.sender_id <> i.inspector_id)"""
NAMED_BY_ANOTHER = """EXISTS (
    SELECT 1 FROM inspections_findingphoto n JOIN inspections_finding f ON f.id = n.finding_id
        JOIN inspections_inspection i ON i.id = f.inspection_id
    WHERE n.photo_id = NEW.id AND i.inspector_id <> NEW.sender_id)"""
# ... and of one finding; what replaces a check takes its pictures over
NAMED_ALREADY = """EXISTS (
    SELECT 1 FROM inspections_findingphoto n JOIN inspections_finding f ON f.id = n.finding_id
        JOIN inspections_inspection i ON i.id = f.inspection_id
    WHERE n.photo_id = NEW.photo_id AND (
        NOT EXISTS (SELECT 1 FROM inspections_inspection r WHERE r.replaces_id = i.id)
        OR i.inspector_id <> (SELECT m.inspector_id FROM inspections_inspection m
                              JOIN inspections_finding g ON g.inspection_id = m.id WHERE g.id = NEW.finding_id)))"""
LOCK_PHOTO = "PERFORM pg_advisory_xact_lock(hashtextextended(CAST({} AS text), 0));"
PHOTO_CHANGES = """OLD.thumb_made_at IS NOT NULL OR (
    NEW.id, NEW.sha256, NEW.sender_id, NEW.received_at, NEW.file, NEW.width, NEW.height, NEW.size) <> (
    OLD.id, OLD.sha256, OLD.sender_id, OLD.received_at, OLD.file, OLD.width, OLD.height, OLD.size)"""

STANDS_IN_FOR_NOBODY = """NEW.stands_in_for_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM inspections_walker w
    WHERE w.id = NEW.stands_in_for_id AND w.round_id = NEW.round_id AND w.excused_at IS NOT NULL)"""

# A charge is what the verification says: of its check's class, finding and category, in its week, by its policy
NO_SUCH_CHARGE = """NEW.inspection_id IS NOT NULL AND NEW.reverses_id IS NULL AND (
    NOT EXISTS (SELECT 1 FROM scoring_verification v JOIN inspections_inspection i ON i.id = v.inspection_id
                WHERE v.inspection_id = NEW.inspection_id AND v.week_id = NEW.week_id
                  AND v.policy_id = NEW.policy_id AND i.category = NEW.category)
    OR NOT EXISTS (SELECT 1 FROM inspections_concern c WHERE c.inspection_id = NEW.inspection_id
                     AND c.school_class_id = NEW.school_class_id AND c.exemption_id IS NULL)
    OR (NEW.finding_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM inspections_finding f WHERE f.id = NEW.finding_id AND f.inspection_id = NEW.inspection_id
           AND f.serious = NEW.serious)))"""
NO_SUCH_BONUS = """NEW.bonus_id IS NOT NULL AND NEW.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM scoring_bonus b WHERE b.id = NEW.bonus_id AND b.points = NEW.points)"""
# What is left of the line `r`: SQLite adds as floats, which a tenth of a millionth forgives
LEFT = """(r.points + COALESCE((SELECT SUM(t.points) FROM scoring_entry t WHERE t.reverses_id = r.id), 0))"""
NO_SUCH_LINE = f"""NEW.reverses_id IS NOT NULL AND NEW.category <> 'correction'
    AND NOT EXISTS (SELECT 1 FROM scoring_entry r WHERE r.id = NEW.reverses_id
        AND r.school_class_id = NEW.school_class_id AND r.category = NEW.category AND r.week_id = NEW.week_id
        AND r.policy_id = NEW.policy_id AND r.serious = NEW.serious
        AND COALESCE(r.bonus_id, 0) = COALESCE(NEW.bonus_id, 0)
        AND COALESCE(CAST(r.inspection_id AS varchar), '') = COALESCE(CAST(NEW.inspection_id AS varchar), '')
        AND COALESCE(CAST(r.finding_id AS varchar), '') = COALESCE(CAST(NEW.finding_id AS varchar), '')
        AND NEW.standing IN (0, -r.standing)
        AND NEW.points * {LEFT} <= 0 AND ABS(NEW.points) <= ABS({LEFT}) + 0.0000001)"""
SAME_CHARGE = (
    "o.reverses_id IS NULL AND NEW.reverses_id IS NULL AND o.school_class_id = NEW.school_class_id AND "
    "(o.finding_id = NEW.finding_id OR o.bonus_id = NEW.bonus_id"
    " OR (o.finding_id IS NULL AND NEW.finding_id IS NULL AND o.inspection_id = NEW.inspection_id))"
)

GUARDS: tuple[Guard, ...] = (
    Guard("campus_user_never_deleted", "campus_user", ("DELETE",), "TRUE", "people are deactivated, never deleted"),
    # It refuses nothing: whoever posts to the week meanwhile is waited for
    Guard(
        "campus_weekclosing_waits",
        "campus_weekclosing",
        ("INSERT",),
        "FALSE",
        "",
        "PERFORM 1 FROM campus_week WHERE id = NEW.week_id FOR NO KEY UPDATE;",
        only="postgresql",
    ),
    *_append_only("inspections_inspection", "a check is not changed; a correction is a new one that replaces it"),
    Guard(
        "inspections_finding_needs_defects",
        "inspections_finding",
        ("INSERT",),
        "NOT EXISTS (SELECT 1 FROM inspections_inspection i WHERE i.id = NEW.inspection_id AND i.outcome = 'defects')",
        "findings come with the outcome defects only",
    ),
    *_append_only("inspections_finding", "a finding is not changed; a correction is a new check"),
    Guard(
        "inspections_finding_before_review",
        "inspections_finding",
        ("INSERT",),
        VERIFIED,
        "the check has been verified",
        LOCK_INSPECTION,
    ),
    Guard(
        "inspections_concern_before_review",
        "inspections_concern",
        ("INSERT",),
        VERIFIED,
        "the check has been verified",
        LOCK_INSPECTION,
    ),
    *_append_only("inspections_findingphoto", "the pictures of a finding do not change; a correction is a new check"),
    Guard(
        "inspections_findingphoto_before_review",
        "inspections_findingphoto",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM scoring_verification v JOIN inspections_finding f ON f.inspection_id = v.inspection_id"
        " WHERE f.id = NEW.finding_id)",
        "the check has been verified",
        "PERFORM 1 FROM inspections_inspection i JOIN inspections_finding f ON f.inspection_id = i.id"
        " WHERE f.id = NEW.finding_id FOR UPDATE OF i;",
    ),
    Guard(
        "inspections_findingphoto_of_one_person",
        "inspections_findingphoto",
        ("INSERT",),
        PHOTO_IS_ANOTHERS,
        "the picture is somebody else’s",
        LOCK_PHOTO.format("NEW.photo_id"),
    ),
    Guard(
        "inspections_findingphoto_of_one_finding",
        "inspections_findingphoto",
        ("INSERT",),
        NAMED_ALREADY,
        "another finding has this picture",
        LOCK_PHOTO.format("NEW.photo_id"),
    ),
    Guard(
        "inspections_photo_of_one_person",
        "inspections_photo",
        ("INSERT",),
        NAMED_BY_ANOTHER,
        "the finding with this picture is somebody else’s",
        LOCK_PHOTO.format("NEW.id"),
    ),
    # Its small copy comes later, once
    Guard("inspections_photo_stays", "inspections_photo", ("UPDATE",), PHOTO_CHANGES, "a picture is kept as it came"),
    # One that nobody ever named is swept away
    Guard(
        "inspections_photo_never_deleted",
        "inspections_photo",
        ("DELETE",),
        "EXISTS (SELECT 1 FROM inspections_findingphoto n WHERE n.photo_id = OLD.id)",
        "a picture is kept as it came",
        LOCK_PHOTO.format("OLD.id"),
    ),
    _no_replace("inspections_photo", "a picture is kept as it came"),
    # An exemption may still come; who answered for the place does not change
    Guard(
        "inspections_concern_stays",
        "inspections_concern",
        ("UPDATE",),
        "OLD.inspection_id <> NEW.inspection_id OR OLD.school_class_id <> NEW.school_class_id",
        "the classes that a check concerns were decided when it was recorded",
    ),
    Guard(
        "inspections_concern_never_deleted",
        "inspections_concern",
        ("DELETE",),
        "TRUE",
        "the classes that a check concerns were decided when it was recorded",
    ),
    Guard(
        "inspections_standard_frozen",
        "inspections_standard",
        ("UPDATE", "DELETE"),
        "OLD.published_at IS NOT NULL",
        "a published standard does not change; make a new version",
    ),
    _no_replace(
        "inspections_standard",
        "a published standard does not change; make a new version",
        "o.kind = NEW.kind AND o.version = NEW.version",
    ),
    *_frozen_with("inspections_item", "inspections_standard", "standard_id", PUBLISHED, "FOR SHARE"),
    *_frozen_with("inspections_defect", "inspections_standard", "standard_id", PUBLISHED, "FOR SHARE"),
    Guard(
        "inspections_defect_in_its_items_standard",
        "inspections_defect",
        ("INSERT", "UPDATE"),
        "NOT EXISTS (SELECT 1 FROM inspections_item i WHERE i.id = NEW.item_id AND i.standard_id = NEW.standard_id)",
        "a defect belongs to the standard of its item",
    ),
    Guard(
        "inspections_walker_stands_in",
        "inspections_walker",
        ("INSERT", "UPDATE"),
        STANDS_IN_FOR_NOBODY,
        "a substitute stands in for somebody on leave of the same round",
    ),
    Guard(
        "scoring_policy_frozen",
        "scoring_policy",
        ("UPDATE", "DELETE"),
        IN_USE.format(row="OLD.id"),
        "a policy that has lines does not change; make a new version",
        # A line that is being posted holds the row by its key
        "PERFORM 1 FROM scoring_policy WHERE id = OLD.id FOR UPDATE;",
    ),
    _no_replace(
        "scoring_policy", "a policy that has lines does not change; make a new version", "o.version = NEW.version"
    ),
    *_frozen_with("scoring_categoryrule", "scoring_policy", "policy_id", IN_USE, "FOR UPDATE"),
    *_frozen_with("scoring_occasionmultiplier", "scoring_policy", "policy_id", IN_USE, "FOR UPDATE"),
    *(guard for table in _DECISIONS for guard in _decided_once(table)),
    Guard(
        "scoring_verification_slot",
        "scoring_verification",
        ("INSERT",),
        f"COALESCE(NEW.slot, '') <> COALESCE({EXPECTED_SLOT}, '')",
        "the slot is that of the inspection: target, date, shift and occasion",
    ),
    *_append_only("scoring_attribution", "a decision stands"),
    *_append_only("scoring_reversal", "the ledger only grows"),
    *_append_only("scoring_bonus", "the ledger only grows; withdraw a bonus by a negative line"),
    Guard(
        "scoring_entry_only_grows",
        "scoring_entry",
        ("UPDATE", "DELETE"),
        "TRUE",
        "the ledger only grows; post a reversing line",
    ),
    _no_replace("scoring_entry", "the ledger only grows; post a reversing line", SAME_CHARGE),
    Guard(
        "scoring_entry_in_an_open_week",
        "scoring_entry",
        ("INSERT",),
        "EXISTS (SELECT 1 FROM campus_weekclosing c WHERE c.week_id = NEW.week_id)",
        "the week is closed",
        "PERFORM 1 FROM campus_week WHERE id = NEW.week_id FOR SHARE;",
    ),
    Guard("scoring_entry_charge", "scoring_entry", ("INSERT",), NO_SUCH_CHARGE, "no verified check says so"),
    Guard("scoring_entry_bonus", "scoring_entry", ("INSERT",), NO_SUCH_BONUS, "no bonus says so"),
    Guard(
        "scoring_entry_reversal",
        "scoring_entry",
        ("INSERT",),
        NO_SUCH_LINE,
        "a reversing line takes back what is left of a line of its own class, category, check, finding and week",
        "PERFORM 1 FROM scoring_entry WHERE id = NEW.reverses_id FOR UPDATE;",
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


def missing(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The guards that are not in force though all their tables are there."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not all(rule.table in tables for rule in _dialect(connection).rules()):
        return set()
    return expected(using) - installed(using)


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without guards, for a migration and the tests' flush, and nothing else."""
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
        rules = dialect.rules()
        for rule in rules:
            if rule.table in tables:
                for statement in dialect.drop(rule):
                    cursor.execute(statement)
        # PostgreSQL looks for a trigger's tables when it runs, SQLite when any table is altered: so all or nothing
        if installing and all(rule.table in tables for rule in rules):
            for rule in rules:
                for statement in dialect.create(rule):
                    cursor.execute(statement)


@dataclass(frozen=True, slots=True)
class NeverEmptied:
    """TRUNCATE, which walks past row triggers, is refused on `table`."""

    table: str


Rule = Guard | NoOverlap | NeverEmptied


class _SQLite:
    NAMES = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

    @staticmethod
    def rules() -> list[Rule]:
        return [*(guard for guard in GUARDS if guard.only != "postgresql"), *OVERLAPS]

    @classmethod
    def names(cls) -> Iterator[str]:
        for rule in cls.rules():
            for event in cls._events(rule):
                yield cls._name(rule, event)

    @classmethod
    def create(cls, rule: Rule) -> Iterator[str]:
        condition = rule.refuse_if if isinstance(rule, Guard) else cls._overlaps(rule)
        for event in cls._events(rule):
            yield (
                f"CREATE TRIGGER {cls._name(rule, event)} BEFORE {event} ON {rule.table} FOR EACH ROW"
                f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{cls._message(rule)}'); END"
            )

    @classmethod
    def drop(cls, rule: Rule) -> Iterator[str]:
        for event in cls._events(rule):
            yield f"DROP TRIGGER IF EXISTS {cls._name(rule, event)}"

    @staticmethod
    def _events(rule: Rule) -> tuple[str, ...]:
        return rule.events if isinstance(rule, Guard) else ("INSERT", "UPDATE")

    @staticmethod
    def _name(rule: Rule, event: str) -> str:
        assert not isinstance(rule, NeverEmptied), "SQLite knows no TRUNCATE"
        return f"{rule.name}_{event.lower()}"

    @staticmethod
    def _message(rule: Rule) -> str:
        assert not isinstance(rule, NeverEmptied), "SQLite knows no TRUNCATE"
        return rule.message

    @staticmethod
    def _overlaps(rule: Rule) -> str:
        assert isinstance(rule, NoOverlap), "SQLite knows no TRUNCATE"
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

    @staticmethod
    def rules() -> list[Rule]:
        kept = dict.fromkeys(guard.table for guard in GUARDS if "DELETE" in guard.events)
        return [*(guard for guard in GUARDS if guard.only != "sqlite"), *map(NeverEmptied, kept), *OVERLAPS]

    @classmethod
    def names(cls) -> Iterator[str]:
        for rule in cls.rules():
            yield f"{rule.table}_never_emptied" if isinstance(rule, NeverEmptied) else rule.name

    @classmethod
    def create(cls, rule: Rule) -> Iterator[str]:
        if isinstance(rule, Guard):
            yield from cls._guard(rule)
        elif isinstance(rule, NoOverlap):
            yield from cls._exclusion(rule)
        else:
            refuse = cls._refuse(f"{rule.table} is never emptied")
            yield cls._function(f"{rule.table}_never_emptied", f"{refuse} RETURN NULL;")
            yield (
                f"CREATE TRIGGER {rule.table}_never_emptied BEFORE TRUNCATE ON {rule.table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {rule.table}_never_emptied()"
            )

    @classmethod
    def drop(cls, rule: Rule) -> Iterator[str]:
        # The exclusion constraints stay: a flush and a migration can live with them
        if not isinstance(rule, NoOverlap):
            name = f"{rule.table}_never_emptied" if isinstance(rule, NeverEmptied) else rule.name
            yield f"DROP TRIGGER IF EXISTS {name} ON {rule.table}"

    @classmethod
    def _guard(cls, guard: Guard) -> Iterator[str]:
        back = "OLD" if guard.events == ("DELETE",) else "COALESCE(NEW, OLD)"
        refuse = cls._refuse(guard.message)
        yield cls._function(guard.name, f"{guard.lock} IF {guard.refuse_if} THEN {refuse} END IF; RETURN {back};")
        yield (
            f"CREATE TRIGGER {guard.name} BEFORE {' OR '.join(guard.events)} ON {guard.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {guard.name}()"
        )

    @staticmethod
    def _exclusion(rule: NoOverlap) -> Iterator[str]:
        yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
        keys = "".join(f"{key} WITH =, " for key in rule.keys)
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{rule.name}') THEN"
            f" ALTER TABLE {rule.table} ADD CONSTRAINT {rule.name}"
            f" EXCLUDE USING gist ({keys}daterange(starts_on, ends_on, '[]') WITH &&); END IF; END $$"
        )

    @staticmethod
    def _refuse(message: str) -> str:
        return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"

    @staticmethod
    def _function(name: str, body: str) -> str:
        return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _dialect(connection: BaseDatabaseWrapper) -> type[_SQLite] | type[_PostgreSQL]:
    dialects: dict[str, type[_SQLite] | type[_PostgreSQL]] = {"sqlite": _SQLite, "postgresql": _PostgreSQL}
    return dialects[connection.vendor]
