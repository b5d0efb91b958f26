"""Lists of numbers, millions long, in files."""

from phoneward.numbers.gate.lists.index import NumberIndex
from phoneward.numbers.gate.lists.rows import ListError, Shape, read_rows

__all__ = ["ListError", "NumberIndex", "Shape", "read_rows"]
