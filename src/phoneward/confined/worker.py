"""Inside the worker process: load one function, give up every power not needed, answer calls until the parent goes.

Started by `phoneward.confined.parent` in a fresh interpreter. It prints nothing: standard input, output and error are
closed off before the function is called.
"""

import errno
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, get_type_hints

import msgspec

from phoneward.confined import protocol
from phoneward.confined.protocol import LENGTH, Setup, encode_raised, frame


def main(lifeline: int) -> None:
    """Serve calls on standard input and output.

    Args:
        lifeline: a descriptor whose other end only the parent holds; when it closes, this process ends. -1 for none
            (Windows, where the job object does it).
    """
    requests, replies = _take_channel()
    if lifeline >= 0:
        _die_with_parent(lifeline)
    setup = msgspec.msgpack.decode(_read_frame(requests), type=Setup)
    try:
        call = _load(setup)
        measures = _confine(setup)
    # Whatever goes wrong before the first call is told to the parent, which starts nothing unprotected.
    except Exception as error:  # noqa: BLE001
        _send(replies, encode_raised(type(error).__name__, str(error)))
        return
    _send(replies, protocol.TAG_READY + msgspec.msgpack.encode(measures))
    while request := _read_frame(requests):
        _renew_cpu_time(setup.cpu_seconds)
        _send(replies, _answer(call, request, setup.output_bytes))


class _Call:
    """The function with its argument decoder: MessagePack in, MessagePack out."""

    def __init__(self, function: Callable[..., object], parameters: list[str]) -> None:
        hints = get_type_hints(function)
        self._function = function
        self._names = parameters
        self._arguments: msgspec.msgpack.Decoder[msgspec.Struct] = msgspec.msgpack.Decoder(
            msgspec.defstruct("Arguments", [(name, hints.get(name, Any)) for name in parameters])
        )

    def __call__(self, request: bytes) -> bytes:
        arguments = self._arguments.decode(request)
        values = [getattr(arguments, name) for name in self._names]
        del arguments
        return msgspec.msgpack.encode(self._function(*values))


def _load(setup: Setup) -> _Call:
    found: Any = import_module(setup.module)
    for name in setup.function.split("."):
        found = getattr(found, name)
    return _Call(found, setup.parameters)


def _answer(call: _Call, request: bytes, output_bytes: int) -> bytes:
    try:
        body = call(request)
    except MemoryError:
        return protocol.TAG_MEMORY
    # SystemExit and KeyboardInterrupt too: no input decides when this process stops answering.
    except BaseException as error:  # noqa: BLE001
        # mmap(2) and its like say it this way.
        no_memory = isinstance(error, OSError) and error.errno == errno.ENOMEM
        return protocol.TAG_MEMORY if no_memory else _describe(error)
    return protocol.TAG_VALUE + body if len(body) <= output_bytes else protocol.TAG_TOO_LARGE


def _describe(error: BaseException) -> bytes:
    try:
        return encode_raised(type(error).__name__, str(error))
    except MemoryError:
        return protocol.TAG_MEMORY
    # An exception whose __str__ raises.
    except Exception:  # noqa: BLE001
        return encode_raised(type(error).__name__, "")


def _take_channel() -> tuple[BinaryIO, BinaryIO]:
    """Return the channel to the parent, and put nothing in the place of the three standard streams.

    A parser, or C code under it, that prints must not be able to speak to the parent by accident.
    """
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    return requests, replies


def _read_frame(requests: BinaryIO) -> bytes:
    header = requests.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return b""
    (length,) = LENGTH.unpack(header)
    body = requests.read(length)
    return body if len(body) == length else b""


def _send(replies: BinaryIO, body: bytes) -> None:
    view = memoryview(frame(body))
    while view:
        view = view[replies.write(view) :]


if sys.platform == "win32":

    def _die_with_parent(lifeline: int) -> None:
        del lifeline

    def _confine(setup: Setup) -> list[str]:
        """The parent has put this process into a job object before it said the first word."""
        del setup
        return ["job-object"]

    def _renew_cpu_time(seconds: int) -> None:
        del seconds

else:

    def _die_with_parent(lifeline: int) -> None:
        from phoneward.confined import posix

        if not posix.kill_when_closed(lifeline):
            threading.Thread(target=_wait_and_die, args=(lifeline,), daemon=True).start()

    def _wait_and_die(lifeline: int) -> None:
        os.read(lifeline, 1)
        os._exit(1)

    def _confine(setup: Setup) -> list[str]:
        from phoneward.confined import posix

        return posix.confine(memory_bytes=setup.memory_bytes, open_files=setup.open_files)

    def _renew_cpu_time(seconds: int) -> None:
        from phoneward.confined import posix

        posix.renew_cpu_time(seconds)
