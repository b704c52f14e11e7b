"""How a file comes to the present schema, whether it is new or of an earlier release.

What the schema is stands in :mod:`pipeline.storage.schema` and :mod:`pipeline.storage.views`, once. A file that has not
seen all of :data:`MIGRATIONS` gets the tables and columns that it has not, then what each migration does with its rows,
and at last all comments, views and macros anew: in one transaction, so a crash leaves the file as it was.

So a release that changes the schema adds a migration, whose name it is known by: an empty function, where rows stay as
they are. A released one is never edited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.model.errors import StorageError, StoreTooNewError
from pipeline.storage.bridge import STEPS_BEFORE, take_steps
from pipeline.storage.connection import Connection
from pipeline.storage.schema import MIGRATION, TABLES
from pipeline.storage.views import define_views

Migration = Callable[[Connection], None]


def release_0_9(db: Connection) -> None:
    """The schema of the first release. The rows of a store of before it are brought to it."""
    take_steps(db, seen_by(db))


MIGRATIONS: tuple[Migration, ...] = (release_0_9,)


def migrate(db: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Bring the file to its present schema.

    Returns:
        The names of the migrations that ran now.

    Raises:
        StoreTooNewError: the file has seen a migration that is unknown here.
    """
    seen = seen_by(db)
    _refuse_newer(db, seen, migrations)
    missing = [migration for migration in migrations if migration.__name__ not in seen]
    if missing:
        with db.transaction():
            _complete(db)
            for migration in missing:
                migration(db)
                db.run("INSERT INTO migration VALUES (?, now())", [migration.__name__])
            for table in (MIGRATION, *TABLES.values()):
                db.script(table.comments())
            define_views(db)
    return [migration.__name__ for migration in missing]


def check(db: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Refuse a file that can't be read as it is: one that is newer, or older, than this Missionwatch."""
    seen = seen_by(db)
    _refuse_newer(db, seen, migrations)
    if any(migration.__name__ not in seen for migration in migrations):
        raise StorageError(
            f"{db.path} was published by an older Missionwatch.",
            remedy="Publish it again: missionwatch run DIR --once.",
        )


def seen_by(db: Connection) -> set[str]:
    """Return the names of the migrations that the file has seen."""
    known = db.value(
        "SELECT count(*) FROM information_schema.tables WHERE table_catalog = 'store' AND table_name = 'migration'"
    )
    return {row["name"] for row in db.rows("SELECT name FROM migration")} if known else set()


def _complete(db: Connection) -> None:
    """Add the tables and columns that the file has not."""
    held: dict[str, set[str]] = {}
    for row in db.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'store' AND NOT internal"
    ):
        held.setdefault(row["table_name"], set()).add(row["column_name"])
    for table in (MIGRATION, *TABLES.values()):
        if table.name not in held:
            db.run(table.ddl())
            continue
        for column in table.columns:
            if column.name not in held[table.name]:
                db.run(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {column.type}")


def _refuse_newer(db: Connection, seen: set[str], migrations: Sequence[Migration]) -> None:
    unknown = sorted(seen - {migration.__name__ for migration in migrations} - set(STEPS_BEFORE))
    if unknown:
        raise StoreTooNewError(
            f"{db.path} was written by a newer Missionwatch (unknown: {', '.join(unknown)}).",
            remedy="Update Missionwatch, or use another data folder.",
        )
