"""Documents that others wrote, as sentences with their lines: user agreements, notices, answers. Text or HTML."""

from phoneward.cases.documents.reading import (
    MOST_BYTES,
    Document,
    DocumentTooLargeError,
    DocumentUnreadableError,
    Sentence,
    read_document,
    read_file,
)

__all__ = [
    "MOST_BYTES",
    "Document",
    "DocumentTooLargeError",
    "DocumentUnreadableError",
    "Sentence",
    "read_document",
    "read_file",
]
