"""Log lines without the words of exceptions: a database quotes the row it refused, and rows are patients."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Formatter(logging.Formatter):
    """A traceback keeps its places and the type of the exception, and loses its message."""

    def formatException(self, ei: ExcInfo | tuple[None, None, None]) -> str:
        kind, error, trace = ei
        places = "".join(traceback.format_tb(trace))
        names = [kind.__name__ if kind else ""]
        while error is not None and (error := error.__cause__ or error.__context__) is not None:
            names.append(type(error).__name__)
        return f"{places}{' < '.join(names)}"
