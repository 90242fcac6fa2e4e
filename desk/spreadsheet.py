"""Tables to take along: CSV that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from flask import Response

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def spreadsheet(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Give rows as a file to save; nothing in it is taken for a formula.

    Spreadsheets know Hindi only by the mark at the beginning.
    """
    written = StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    response = Response(f"\ufeff{written.getvalue()}", mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _harmless(cell: object) -> object:
    """Put an apostrophe before words that a spreadsheet would work out."""
    if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
