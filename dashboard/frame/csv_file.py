"""Rows as CSV, safe to open in a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse

from dashboard.frame.window import Window

# A spreadsheet would run a cell that begins so: some skip blanks before, some take signs of full
# width for the plain ones, and some split cells at a bar.
FORMULA_STARTS = tuple("=+-@\t\r\n|%＝＋－＠")
BLANKS = " \u3000\u00a0"


class _Echo:
    """What csv.writer writes to; it hands each line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([defused(value) for value in row])


def csv_answer(
    name: str, window: Window, head: Sequence[str], rows: Iterable[Iterable[Any]]
) -> HttpResponse:
    """A file named after the window."""
    lines = csv_lines(head, rows)
    file = f"{name}-{window.since:%Y%m%d}-{window.until:%Y%m%d}.csv"
    return HttpResponse(
        "".join(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def defused(value: Any) -> Any:
    """Text that begins a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
