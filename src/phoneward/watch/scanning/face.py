"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.watch.scanning.document import copy_document, scanned_document
from phoneward.watch.scanning.evidence import refuse_evidence_folder, write_evidence
from phoneward.watch.scanning.judging import severity_of
from phoneward.watch.scanning.looking import has_extra, kept_scan, scan
from phoneward.watch.scanning.page import html_copies, refuse_copies_page, save_copies_page
from phoneward.watch.scanning.sensitive import Labels, mark_sensitive
from phoneward.watch.scanning.showing import file_shown, picture_bytes, picture_shown
from phoneward.watch.scanning.telling import copy_sentences

__all__ = [
    "Labels",
    "copy_document",
    "copy_sentences",
    "file_shown",
    "has_extra",
    "html_copies",
    "kept_scan",
    "mark_sensitive",
    "picture_bytes",
    "picture_shown",
    "refuse_copies_page",
    "refuse_evidence_folder",
    "save_copies_page",
    "scan",
    "scanned_document",
    "severity_of",
    "write_evidence",
]
