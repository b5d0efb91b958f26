"""Call a function in a confined worker: `ConfinedWorker` for many inputs, `run_confined` for one."""

import inspect
import math
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, Self, TypeVar, TypeVarTuple, get_type_hints

import msgspec

from phoneward.confined import launch, protocol
from phoneward.confined.channel import FrameTooLargeError
from phoneward.confined.errors import (
    BadAnswerError,
    TookTooLongError,
    TooMuchMemoryError,
    TooMuchOutputError,
    WorkerCrashedError,
    WorkerRaisedError,
    WorkerStartError,
)
from phoneward.confined.limits import Limits
from phoneward.texts import _

P = ParamSpec("P")
R = TypeVar("R")
Ts = TypeVarTuple("Ts")

START_SECONDS = 60.0
"""How long a worker may take to start and load the function's module, on a slow and busy computer."""
_DEFAULT_LIMITS = Limits()


class ConfinedWorker(Generic[P, R]):
    """One function of a module, called in a process of its own that is confined in time, memory and reach.

    The process starts with the first call, is kept for the next, and is replaced when it died or had to be ended.
    Arguments and result are plain data that MessagePack holds: None, bool, int (64 bits), float, str, bytes, lists,
    tuples, dicts, and dataclasses or msgspec structs of those. The result is checked against the function's return
    annotation; nothing from the worker is ever executed. Paths go as `bytes` (`os.fsencode`), absolute.

    Calls from several threads are made one after the other. Between calls of one worker state may remain: a result
    for one input must not be a secret from the next.

    Args:
        function: importable by name (module level), with annotated parameters and result.
        limits: bounds of each call.

    Raises:
        ValueError: the function cannot be found by its name, or its result is not annotated.
    """

    def __init__(self, function: Callable[P, R], *, limits: Limits = _DEFAULT_LIMITS) -> None:
        module, name = function.__module__, function.__qualname__
        if module == "__main__" or "<" in name:
            msg = f"{module}.{name} cannot be imported by its name"
            raise ValueError(msg)
        hints = get_type_hints(function)
        if "return" not in hints:
            msg = f"{module}.{name} does not say what it returns"
            raise ValueError(msg)
        self.limits = limits
        self._signature = inspect.signature(function)
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(hints["return"])
        self._setup = protocol.Setup(
            module=module,
            function=name,
            parameters=list(self._signature.parameters),
            memory_bytes=limits.memory_bytes,
            output_bytes=limits.output_bytes,
            open_files=limits.open_files,
            cpu_seconds=math.ceil(limits.seconds),
        )
        self._lock = threading.Lock()
        self._running: launch.Running | None = None
        self._calls = 0
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self.measures: tuple[str, ...] = ()
        """What confines the worker on this system; known once a worker has started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The next call starts another."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """The process id of the worker, None while there is none."""
        return self._running.pid if self._running else None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the function's result.

        Raises:
            TookTooLongError, TooMuchMemoryError, TooMuchOutputError: a limit was reached.
            WorkerCrashedError: the process died.
            WorkerRaisedError: the function raised.
            BadAnswerError: the result is not of the promised type.
            WorkerStartError: no worker could be started.
            TypeError: the arguments do not fit the function, or are not plain data.
        """
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        request = msgspec.msgpack.encode(bound.arguments)
        with self._lock:
            try:
                reply = self._exchange(request)
                if isinstance(reply, protocol.OutOfMemory) and self._calls > 1:
                    # What earlier inputs left behind must not be held against this one.
                    self._stop()
                    reply = self._exchange(request)
                return self._result(reply)
            # Interrupted or failed in the middle of an exchange: whatever comes next on this wire is not ours.
            except BaseException as error:
                if not isinstance(error, WorkerRaisedError | TooMuchOutputError):
                    self._stop()
                raise

    def _exchange(self, request: bytes) -> protocol.Reply[R]:
        running = self._ready_worker()
        self._calls += 1
        deadline = time.monotonic() + self.limits.seconds
        try:
            running.channel.send(request, deadline)
            body = running.channel.receive(self.limits.output_bytes + protocol.OVERHEAD, deadline)
        except TimeoutError:
            raise TookTooLongError(seconds=_short(self.limits.seconds)) from None
        except EOFError:
            raise self._post_mortem(running) from None
        except FrameTooLargeError:
            self._stop()
            return protocol.TooLarge()
        except launch.OutOfMemoryError:
            return protocol.OutOfMemory()
        return protocol.decode_reply(body, self._decoder)

    def _result(self, reply: protocol.Reply[R]) -> R:
        match reply:
            case protocol.Value(value):
                return value
            case protocol.Raised(kind, problem):
                raise WorkerRaisedError(kind=kind, problem=problem)
            case protocol.OutOfMemory():
                raise TooMuchMemoryError(megabytes=max(1, self.limits.memory_bytes >> 20))
            case protocol.TooLarge():
                raise TooMuchOutputError(kilobytes=max(1, self.limits.output_bytes >> 10))
            case _:
                raise BadAnswerError(problem=_("an answer to another question"))

    def _post_mortem(self, running: launch.Running) -> WorkerCrashedError | TookTooLongError:
        code = running.end_code(5.0)
        if code is None:
            return WorkerCrashedError(how=_("it stopped answering"))
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return TookTooLongError(seconds=_short(self.limits.seconds))
        return WorkerCrashedError(how=_end_name(code))

    def _ready_worker(self) -> launch.Running:
        if self._running is not None and self._running.has_ended():
            self._stop()
        if self._running is None:
            self._running = launch.Running()
            self._finalizer = weakref.finalize(self, self._running.stop)
            self._calls = 0
            self._introduce(self._running)
        return self._running

    def _introduce(self, running: launch.Running) -> None:
        """Tell the worker what it will call, and wait until it has loaded it and confined itself."""
        deadline = time.monotonic() + START_SECONDS
        nothing: msgspec.msgpack.Decoder[None] = msgspec.msgpack.Decoder(None)
        try:
            running.channel.send(msgspec.msgpack.encode(self._setup), deadline)
            reply = protocol.decode_reply(running.channel.receive(protocol.OVERHEAD, deadline), nothing)
        except EOFError:
            code = running.end_code(5.0)
            raise WorkerStartError(problem=_("no answer") if code is None else _end_name(code)) from None
        except (TimeoutError, FrameTooLargeError, BadAnswerError):
            raise WorkerStartError(problem=_("no answer")) from None
        if isinstance(reply, protocol.Raised):
            raise WorkerStartError(problem=f"{reply.kind}: {reply.problem}")
        if not isinstance(reply, protocol.Ready):
            raise WorkerStartError(problem=_("no answer"))
        try:
            running.limit_memory(self.limits.memory_bytes)
        except OSError as error:
            raise WorkerStartError(problem=str(error)) from error
        self.measures = reply.measures

    def _stop(self) -> None:
        self._running = None
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None


def run_confined(function: Callable[[*Ts], R], *args: *Ts, limits: Limits = _DEFAULT_LIMITS) -> R:
    """Call a function once in a confined worker of its own and return its result.

    Takes about the time an interpreter needs to start; for many inputs keep a `ConfinedWorker`. Arguments, result and
    errors are those of `ConfinedWorker`.
    """
    with ConfinedWorker(function, limits=limits) as worker:
        return worker(*args)


def _short(seconds: float) -> str:
    return f"{seconds:g}"


def _end_name(code: int) -> str:
    """Name a process's end: the signal, or the exit code (Windows codes are known by their hexadecimal form)."""
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return _("signal {number}").format(number=-code)
    return _("exit code {number}").format(number=code if code < 256 else f"0x{code:08x}")
