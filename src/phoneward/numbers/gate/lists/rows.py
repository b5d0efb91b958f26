"""Rows of a list of numbers: one number a line, or CSV."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TextIO

MAX_LINE = 4096
"""Characters. A longer line is not a line of such a list."""


class ListError(ValueError):
    """A list cannot be read. The text names the line and says why; it holds no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a list is written.

    Attributes:
        country_code: digits that go before a number without `+`; without it such a number is an error.
        number_column: counted from 1.
        date_column: counted from 1; None where there are no dates.
        answer_column: counted from 1; None where there are none.
        date_format: as in `strptime`.
        delimiter: between columns.
    """

    country_code: str | None = None
    number_column: int = 1
    date_column: int | None = 2
    answer_column: int | None = None
    date_format: str = "%Y-%m-%d"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the number as E.164 without `+`, the date and the answer, where the list has them."""

    line: int
    number: int
    date: dt.date | None
    answer: str


def read_rows(path: Path, shape: Shape) -> Iterator[Row]:
    """Yield the rows of a file, one at a time.

    Raises:
        ListError: it cannot be read, or as `rows_of`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from rows_of(file, shape)
    except OSError as error:
        raise ListError(error.strerror or "cannot be read") from None


def rows_of(file: TextIO, shape: Shape) -> Iterator[Row]:
    """Yield the rows of an open file. A first line whose number holds no digit is a heading.

    Raises:
        ListError: it is no UTF-8, a line is not as `shape` says, or there is none.
    """
    date_of = lru_cache(maxsize=10_000)(lambda text: dt.datetime.strptime(text, shape.date_format).date())  # noqa: DTZ007
    empty = True
    try:
        for line, cells in enumerate(csv.reader(_lines(file), delimiter=shape.delimiter, strict=True), 1):
            number = _cell(cells, shape.number_column)
            if not cells or (line == 1 and not any(character.isdigit() for character in number)):
                continue
            text = _cell(cells, shape.date_column)
            try:
                date = date_of(text) if text else None
            except ValueError:
                raise ListError(f"line {line}: the date is not of the form {shape.date_format}") from None
            yield Row(line, _number(number, shape.country_code, line), date, _cell(cells, shape.answer_column))
            empty = False
    except UnicodeDecodeError:
        raise ListError("is not text in UTF-8") from None
    except csv.Error:
        raise ListError("is not CSV: a quotation mark is out of place") from None
    if empty:
        raise ListError("holds no number")


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise ListError(f"a line is longer than {MAX_LINE} characters")
        yield line


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column - 1].strip() if column is not None and column <= len(cells) else ""


def _number(text: str, country_code: str | None, line: int) -> int:
    """Return E.164 without `+`."""
    digits = text.replace(" ", "").replace("-", "")
    if digits.startswith("+"):
        digits = digits[1:]
    elif country_code is None:
        raise ListError(f"line {line}: a number without + and country code; set country_code")
    else:
        digits = country_code + digits.removeprefix("0")
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15 and digits[0] != "0"):
        raise ListError(f"line {line}: not a phone number")
    return int(digits)
