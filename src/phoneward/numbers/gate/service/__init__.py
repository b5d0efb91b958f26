"""The gate as a small HTTP service."""

from phoneward.numbers.gate.service.opening import open_keeper, open_store
from phoneward.numbers.gate.service.server import check_tls, listen, serve
from phoneward.numbers.gate.service.settings import Settings, read

__all__ = ["Settings", "check_tls", "listen", "open_keeper", "open_store", "read", "serve"]
