"""The errors of Missionwatch, as one tree.

The split that matters is *transient* against *permanent*: a caller that asks "shall I try
again?" tests the type and nothing else. Each error carries a ``remedy``, one sentence that
says what a person can do, and a ``code`` that is stored as the recorded reason.
"""

from __future__ import annotations

from pathlib import Path


class MissionwatchError(Exception):
    """Root of all errors that Missionwatch raises on purpose.

    Args:
        message: what happened, in plain English, naming the file, feed or address.
        remedy: what to do about it, or an empty string where nothing can be done.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class TransientError(MissionwatchError):
    """May go away by itself: try again later."""

    code = "transient"


class PermanentError(MissionwatchError):
    """Will not go away by trying again."""

    code = "permanent"


# -- what an operator wrote ------------------------------------------------------------------


class WatchFileError(PermanentError):
    """A file of a watch is wrong; names the file and the line.

    Args:
        path: the file.
        line: 1-based line, or None where no single line is to blame.
        message: what is wrong.
        remedy: what to write instead.
    """

    code = "watch-file"
    exit_code = 2

    def __init__(self, path: Path, line: int | None, message: str, *, remedy: str = "") -> None:
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {message}", remedy=remedy)
        self.path = path
        self.line = line


class UsageError(PermanentError):
    """A command was called with something that it can't use."""

    code = "usage"
    exit_code = 2


class NotFoundError(UsageError):
    """What was asked for is not there: a watch, a change, an address of which nothing is known."""

    code = "not-found"


class NotWatchedError(UsageError):
    """A watch that is paused or archived was to be run."""

    code = "not-watched"


# -- fetching --------------------------------------------------------------------------------


CUT_SHORT = "cut-short"  # code of a page that was under way when its run had to go on without it


class FetchError(TransientError):
    """A request brought no usable response; ``code`` tells the class of failure.

    Codes: ``dns``, ``connect``, ``tls``, ``timeout``, ``http-5xx``, ``http-429``, ``broken``,
    ``robots-unreachable``, ``crawl-delay``, ``cut-short``.
    """

    def __init__(self, code: str, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.status: int | None = None  # of HTTP, where a server answered
        self.retry_after = retry_after  # seconds, where the server named a time


class RefusedError(PermanentError):
    """A request that won't be made, or a response that won't be read.

    Codes: ``private-address``, ``bad-url``, ``too-large``, ``redirects``, ``http-4xx``, ``not-html``,
    ``robots``.
    """

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.status: int | None = None  # of HTTP, where a server answered


class SpreadError(MissionwatchError):
    """Work that was to be done on other machines can't be done there, and was not to be done here.

    It says nothing of the page or feed that the work was about: a step lets it through, and the run ends with it.
    """

    code = "spread"


# -- reading what was fetched ----------------------------------------------------------------


class WorkerError(PermanentError):
    """A worker process did not bring a result; ``code`` is ``deadline``, ``memory`` or ``crashed``."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


class ContentError(PermanentError):
    """Bytes that can't be read as what they should be.

    Codes: ``not-a-feed``, ``html-instead-of-feed``, ``empty``, ``no-text``, ``not-html``, ``too-many-tags``,
    ``too-large``.
    """

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


# -- storing ---------------------------------------------------------------------------------


class StorageError(MissionwatchError):
    """The store can't be used; ``remedy`` says what to do."""

    code = "storage"
    exit_code = 3


class StoreLockedError(StorageError, TransientError):
    """Another process holds the store's lock."""

    code = "store-locked"
    exit_code = 4


class RunHeldError(StoreLockedError):
    """Another run works in the data folder."""


class StoreTooNewError(StorageError):
    """The store was written by a newer Missionwatch."""

    code = "store-too-new"


class StoreDamagedError(StorageError):
    """The store's file can't be read as one: overwritten, cut short, or gone although it was published."""

    code = "store-damaged"


class StoreUnwritableError(StorageError):
    """The disk is full, read-only or not ours."""

    code = "store-unwritable"


# -- answering -------------------------------------------------------------------------------


class BusyError(TransientError):
    """A question can't be answered at present: it takes too long, or too many are asked.

    Args:
        message: what happened.
        remedy: what to do about it.
        retry_after: seconds after which it is worth asking again.
    """

    code = "busy"

    def __init__(self, message: str, *, remedy: str = "", retry_after: int = 5) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


# -- sending ---------------------------------------------------------------------------------


class DeliveryError(TransientError):
    """A channel did not take an alert."""

    code = "delivery"
