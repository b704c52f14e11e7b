"""What a question stands in: the watch, its open store, and the time that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pipeline.ask import model, rows
from pipeline.model.errors import NotFoundError, StorageError
from pipeline.storage import Readers, Row, Store

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchFile:
    """A watch that may be asked about.

    Attributes:
        slug: its short name.
        mission: its title.
        folder: the data folder that its file is published in.
    """

    slug: str
    mission: str
    folder: Path


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question's frame.

    Attributes:
        watch: what is asked about.
        row: its row of the view ``watches``.
        store: the open store.
        as_of: the end of the day that is asked about; None for now.
        known_at: what came later does not count; None for all.
    """

    watch: WatchFile
    row: Row
    store: Store
    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def slug(self) -> str:
        """The watch's short name."""
        return self.watch.slug

    @property
    def now(self) -> datetime:
        """The watch's own clock; before its first round, when it last learnt something."""
        found: datetime = self.row["clock"] or self.row["last_change_at"] or self.row["seed_published"]
        return found

    @property
    def until(self) -> datetime:
        """What could be known later does not count."""
        return min(self.known_at or self.now, self.now)

    def about(self) -> model.About:
        """Return what the answer says of itself."""
        publication = self.store.publication()
        return model.About(
            watch=self.slug,
            as_of=(self.as_of or self.until).date(),
            known_at=self.until,
            published_at=publication.published_at,
            publication=publication.number,
        )

    def changes(self, found: Sequence[rows.Row]) -> tuple[model.ChangeRow, ...]:
        """Return rows of the view ``changes`` as they were known, each with its sentence and what became of it."""
        ids = [row["change_id"] for row in found]
        cited, values = self.store.cited(self.slug, ids), self.store.changes_of(self.slug, ids)
        after: dict[UUID, list[Row]] = {one: [] for one in ids}
        for row in self.store.changes_after(self.slug, ids):
            after[row["supersedes"]].append(row)
        return tuple(
            rows.change_row(row, values.get(one), cited.get(one), after[one], self.known_at or _NEVER)
            for row, one in zip(found, ids, strict=True)
        )


@contextmanager
def asked_of(
    readers: Readers, watch: WatchFile, as_of: datetime | None = None, known_at: datetime | None = None
) -> Iterator[QuestionContext]:
    """Open the newest published file of ``watch`` for one question.

    Raises:
        NotFoundError: the file has nothing of this watch.
        StorageError: there is none, or it can't be read; in words that may leave this machine.
    """
    with without_paths(), readers.store() as store:
        row = store.watch_row(watch.slug)
        if row is None:
            raise NotFoundError(
                f"Nothing has been published about the watch '{watch.slug}' yet.", remedy="Its first run publishes it."
            )
        yield QuestionContext(watch, row, store, as_of, known_at)


@contextmanager
def without_paths() -> Iterator[None]:
    """Raise what the store reports in words that may leave this machine."""
    try:
        yield
    except StorageError as error:
        raise StorageError(
            "The watch's published file can't be read just now, or there is none yet.",
            remedy="Try again; if it stays so, whoever runs the watch finds the reason with missionwatch doctor.",
        ) from error
