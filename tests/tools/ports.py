"""Ports of this computer where nobody listens."""

import socket


def free_port() -> int:
    """Return one; whoever asks next gets another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
