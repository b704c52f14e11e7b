"""All that is wrong with the files of a watch, told together."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model.errors import WatchFileError


class WatchFileErrors(WatchFileError):  # noqa: N818 - it holds several
    """Every problem that was found; stands for the first, and carries the rest.

    Args:
        problems: at least one; the message lists them all, one a line, each with its remedy.

    Attributes:
        problems: all of them, in the order of files and lines.
        others: all but the first.
    """

    def __init__(self, problems: Sequence[WatchFileError]) -> None:
        first = problems[0]
        super().__init__(first.path, first.line, "", remedy=first.remedy)
        self.problems = tuple(problems)
        self.others = self.problems[1:]
        self.message = first.message
        if self.others:
            # Each line has its own remedy, so that printing message and remedy repeats nothing.
            self.message = "\n".join(str(problem) for problem in self.problems)
            self.remedy = ""
        self.args = (self.message,)
