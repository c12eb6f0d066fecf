"""Log lines without the words of exceptions: a database quotes the row it refused, and rows are patients."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Formatter(logging.Formatter):
    """A traceback keeps its places and the type of the exception, and loses its message."""

    def formatException(self, ei: ExcInfo | tuple[None, None, None]) -> str:
        _, error, trace = ei
        places = "".join(traceback.format_tb(trace))
        names = list(dict.fromkeys(type(cause).__name__ for cause in _causes(error)))
        return f"{places}{' from '.join(names)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
