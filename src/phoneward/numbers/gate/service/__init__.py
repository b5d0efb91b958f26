"""The gate as a small HTTP service."""

from phoneward.numbers.gate.service.app import make_app
from phoneward.numbers.gate.service.once import check, check_audit, run_once
from phoneward.numbers.gate.service.opening import open_keeper, open_store
from phoneward.numbers.gate.service.server import address_of, listen, serve
from phoneward.numbers.gate.service.settings import Settings, read, read_tables

__all__ = [
    "Settings",
    "address_of",
    "check",
    "check_audit",
    "listen",
    "make_app",
    "open_keeper",
    "open_store",
    "read",
    "read_tables",
    "run_once",
    "serve",
]
