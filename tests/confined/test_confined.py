"""A confined worker against functions that do what hostile input may make a parser do."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from phoneward.confined import (
    BadAnswerError,
    ConfinedError,
    ConfinedWorker,
    Limits,
    TookTooLongError,
    TooMuchMemoryError,
    TooMuchOutputError,
    WorkerCrashedError,
    WorkerRaisedError,
    WorkerStartError,
    launch,
    run_confined,
)
from tests.confined import hostile

assert sys.platform != "win32"

SMALL = Limits(seconds=20, memory_bytes=64 << 20, output_bytes=1 << 20)
HURRIED = Limits(seconds=0.5, memory_bytes=64 << 20)


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


class TestPlainCalls:
    def test_returns_the_functions_result(self) -> None:
        assert run_confined(hostile.add, 2, 40, limits=SMALL) == 42

    def test_keeps_one_process_for_many_inputs(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            assert worker(1) == 2
            first = worker.pid
            assert worker(1, second=5) == 6
            assert worker.pid == first

    def test_structured_data_goes_both_ways(self) -> None:
        report = hostile.Report("a\u0000é", [1, 2**62], b"\xff\x00")
        answer = run_confined(hostile.describe, report, limits=SMALL)
        assert answer == hostile.Report("A\u0000É", [1, 2**62, 2**62 + 1], b"\x00\xff")

    def test_large_input_and_output(self) -> None:
        data = os.urandom(8 << 20)
        assert run_confined(hostile.echo, data, limits=Limits(memory_bytes=256 << 20)) == data

    def test_reads_a_file_by_its_path(self, tmp_path: Path) -> None:
        path = tmp_path / "input"
        path.write_bytes(b"x" * 1234)
        assert run_confined(hostile.size_of, os.fsencode(path), limits=SMALL) == 1234

    def test_calls_from_many_threads_are_all_answered(self) -> None:
        answers: list[int] = []
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            threads = [threading.Thread(target=lambda n=n: answers.append(worker(n))) for n in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        assert sorted(answers) == list(range(1, 21))

    def test_the_worker_outlives_the_thread_that_started_it(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            starter = threading.Thread(target=worker, args=(1,))
            starter.start()
            starter.join(30)
            pid = worker.pid
            assert worker(2) == 3
            assert worker.pid == pid

    def test_wrong_arguments_are_the_callers_error(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            with pytest.raises(TypeError):
                worker()  # type: ignore[call-arg]
            with pytest.raises(TypeError):
                worker(object())  # type: ignore[arg-type]
            with pytest.raises(WorkerRaisedError, match="ValidationError"):
                worker("one")  # type: ignore[arg-type]

    def test_functions_without_a_name_or_a_promise_are_refused(self) -> None:
        with pytest.raises(ValueError, match="cannot be imported"):
            ConfinedWorker(lambda: 1)
        with pytest.raises(ValueError, match="what it returns"):
            ConfinedWorker(hostile.unannotated)

    def test_a_module_that_cannot_be_loaded_is_a_start_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        worker = ConfinedWorker(hostile.add, limits=SMALL)
        monkeypatch.setattr(worker, "_setup", msgspec.structs.replace(worker._setup, module="no.such_module"))
        with pytest.raises(WorkerStartError, match="ModuleNotFoundError"):
            worker(1)

    def test_limits_make_sense(self) -> None:
        for wrong in ({"seconds": 0}, {"memory_bytes": 0}, {"output_bytes": 2 << 30}, {"open_files": 3}):
            with pytest.raises(ValueError, match=r"limits are positive|1 GiB"):
                Limits(**wrong)


class TestTime:
    def test_an_endless_loop_ends(self) -> None:
        started = time.monotonic()
        with pytest.raises(TookTooLongError, match=r"0\.5 seconds"):
            run_confined(hostile.spin, limits=HURRIED)
        assert time.monotonic() - started < 10

    def test_sleeping_is_no_way_around(self) -> None:
        with pytest.raises(TookTooLongError):
            run_confined(hostile.sleep, 60.0, limits=HURRIED)

    def test_a_call_that_holds_the_interpreter_ends(self) -> None:
        with pytest.raises(TookTooLongError):
            run_confined(hostile.sleep_holding_the_interpreter, 60.0, limits=HURRIED)

    def test_processor_time_alone_ends_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        worker = ConfinedWorker(hostile.spin, limits=Limits(seconds=60, memory_bytes=64 << 20))
        monkeypatch.setattr(worker, "_setup", msgspec.structs.replace(worker._setup, cpu_seconds=0))
        started = time.monotonic()
        with worker, pytest.raises(TookTooLongError):
            worker()
        assert time.monotonic() - started < 30

    def test_processor_time_counts_for_each_call_anew(self) -> None:
        """Four calls of 0.6 s under a bound of 1 s each (and 2 s of processor time from the start of the process)."""
        with ConfinedWorker(hostile.burn, limits=Limits(seconds=30, memory_bytes=64 << 20)) as worker:
            worker._setup = msgspec.structs.replace(worker._setup, cpu_seconds=1)
            pids = set()
            for _ in range(4):
                worker(0.6)
                pids.add(worker.pid)
            assert len(pids) == 1

    def test_the_next_call_gets_a_new_worker(self) -> None:
        # Time enough for the second call on a busy machine.
        with ConfinedWorker(hostile.sleep, limits=Limits(seconds=3, memory_bytes=64 << 20)) as worker:
            with pytest.raises(TookTooLongError):
                worker(60.0)
            assert worker(0.0) == 0


class TestMemory:
    def test_a_memory_bomb_ends(self) -> None:
        with pytest.raises(TooMuchMemoryError, match="64 MB"):
            run_confined(hostile.eat_memory, 100_000, limits=SMALL)

    def test_shared_memory_is_no_way_around(self) -> None:
        with ConfinedWorker(hostile.map_shared_memory, limits=SMALL) as worker:
            assert worker(32) == 32
            with pytest.raises(TooMuchMemoryError):
                worker(1024)

    def test_what_fits_is_not_refused(self) -> None:
        assert run_confined(hostile.eat_memory, 32, limits=SMALL) == 32

    def test_what_earlier_inputs_left_is_not_held_against_the_next(self) -> None:
        with ConfinedWorker(hostile.leak, limits=SMALL) as worker:
            assert worker(40) == 40
            assert worker(40) == 40
            with pytest.raises(TooMuchMemoryError):
                worker(400)

    def test_where_the_system_sets_no_limit_the_parent_watches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """macOS: RLIMIT_AS is not enforced there, so the parent looks at the resident size."""
        monkeypatch.setattr(launch, "WATCH_MEMORY", True)
        worker = ConfinedWorker(hostile.leak_slowly, limits=Limits(seconds=30, memory_bytes=50 << 20))
        # The system's own limit is set far away, as though it were not there.
        monkeypatch.setattr(worker, "_setup", msgspec.structs.replace(worker._setup, memory_bytes=4 << 30))
        with worker:
            assert worker(10) == 10
            with pytest.raises(TooMuchMemoryError):
                worker(1000)

    def test_an_answer_over_the_bound_is_refused_and_the_worker_kept(self) -> None:
        with ConfinedWorker(hostile.answer_of, limits=SMALL) as worker:
            assert len(worker(1_000_000)) == 1_000_000
            pid = worker.pid
            with pytest.raises(TooMuchOutputError, match="1024 kB"):
                worker(2 << 20)
            assert worker(1) == b"\0"
            assert worker.pid == pid

    def test_a_forged_length_takes_no_memory(self) -> None:
        with pytest.raises(TooMuchOutputError):
            run_confined(hostile.speak_out_of_turn, limits=SMALL)


class TestCrashes:
    def test_a_segmentation_fault_is_a_clear_error(self) -> None:
        with pytest.raises(WorkerCrashedError, match="SIGSEGV"):
            run_confined(hostile.segfault, limits=SMALL)

    def test_an_abort_is_a_clear_error(self) -> None:
        with pytest.raises(WorkerCrashedError, match="SIGABRT"):
            run_confined(hostile.abort, limits=SMALL)

    def test_leaving_is_a_clear_error_and_the_next_call_gets_a_new_worker(self) -> None:
        with ConfinedWorker(hostile.leave, limits=SMALL) as worker:
            for _ in range(2):
                with pytest.raises(WorkerCrashedError, match="exit code 7"):
                    worker()

    def test_a_worker_killed_between_calls_is_replaced(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            assert worker(1) == 2
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            assert worker._running is not None
            assert wait_until(worker._running.has_ended)
            assert worker(2) == 3


class TestExceptions:
    def test_the_message_is_printable_and_short(self) -> None:
        with pytest.raises(WorkerRaisedError) as caught:
            run_confined(hostile.raise_control_characters, limits=SMALL)
        problem = str(caught.value.details["problem"])
        assert caught.value.details["kind"] == "ValueError"
        assert problem.startswith("bad name \\x1b[2J\\x0a\\x0d\\u202etxt.exe")
        assert problem.isprintable()
        assert len(problem) < 600

    @pytest.mark.parametrize(
        ("function", "kind"),
        [
            (hostile.raise_odd, "OddError"),
            (hostile.raise_surrogates, "ValueError"),
            (hostile.ask_to_leave, "SystemExit"),
            (hostile.interrupt, "KeyboardInterrupt"),
            (hostile.not_data, "TypeError"),
        ],
    )
    def test_no_exception_ends_the_worker(self, function: Callable[[], int], kind: str) -> None:
        with ConfinedWorker(function, limits=SMALL) as worker:
            pids = set()
            for _ in range(2):
                with pytest.raises(WorkerRaisedError, match=kind):
                    worker()
                pids.add(worker.pid)
            assert len(pids) == 1

    @pytest.mark.parametrize("what", ["text", "list", "nothing", "float"])
    def test_a_result_of_another_type_is_not_used(self, what: str) -> None:
        with pytest.raises(BadAnswerError):
            run_confined(hostile.says_int, what, limits=SMALL)

    def test_every_error_has_a_sentence_and_a_next_step(self) -> None:
        with pytest.raises(ConfinedError) as caught:
            run_confined(hostile.leave, limits=SMALL)
        assert caught.value.sentence()
        assert caught.value.advice()


class TestReach:
    def test_the_environment_is_empty_of_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PHONEWARD_PASSWORD", "secret")
        monkeypatch.setenv("PYTHONSTARTUP", "x")
        seen = run_confined(hostile.environment, limits=SMALL)
        # LC_CTYPE is set by the interpreter itself (PEP 538).
        assert set(seen) <= {
            "LC_CTYPE",
            "OPENBLAS_NUM_THREADS",
            "SYSTEMROOT",
            "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH",
        }

    def test_it_stands_in_an_empty_folder_with_few_descriptors(self) -> None:
        with open(__file__, "rb") as inheritable:
            os.set_inheritable(inheritable.fileno(), True)
            folder, names, descriptors = run_confined(hostile.surroundings, limits=SMALL)
        assert names == []
        # Three standard streams (null), the wire twice, the lifeline, and the listing's own.
        assert len(descriptors) <= 7
        assert not Path(os.fsdecode(folder)).exists()

    def test_endless_printing_goes_nowhere(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert run_confined(hostile.print_without_end, limits=SMALL) == 1
        assert capfd.readouterr() == ("", "")

    def test_no_file_can_be_written_changed_or_removed(self, tmp_path: Path) -> None:
        there = tmp_path / "there"
        there.write_bytes(b"kept")
        for function in (hostile.write_file, hostile.append_to_file, hostile.remove_file):
            with pytest.raises(WorkerRaisedError, match=r"PermissionError|OSError"):
                run_confined(function, os.fsencode(there), limits=SMALL)
        with pytest.raises(WorkerRaisedError, match="PermissionError"):
            run_confined(hostile.write_file, os.fsencode(tmp_path / "new"), limits=SMALL)
        assert there.read_bytes() == b"kept"
        assert list(tmp_path.iterdir()) == [there]

    def test_no_network(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            pytest.raises(WorkerRaisedError, match="PermissionError"),
        ):
            run_confined(hostile.connect, server.getsockname()[1], limits=SMALL)

    def test_no_child_processes_programs_or_signals(self) -> None:
        assert run_confined(hostile.fork_some, 50, limits=SMALL) == 0
        for function in (hostile.run_program, hostile.signal_parent):
            with pytest.raises(WorkerRaisedError, match="PermissionError"):
                run_confined(function, limits=SMALL)

    def test_threads_still_work(self) -> None:
        assert run_confined(hostile.start_thread, limits=SMALL) == 7

    def test_the_measures_are_named(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            worker(1)
            assert {"address-space", "cpu-time", "no-new-privileges", "system-calls"} <= set(worker.measures)


class TestWithoutTheFilter:
    """Kernels and processors without seccomp filters: the other measures stand alone."""

    @pytest.fixture(autouse=True)
    def no_filter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(launch, "_BOOT", "import platform; platform.machine = lambda: 'riscv64'; " + launch._BOOT)

    def test_the_measures_do_not_claim_it(self) -> None:
        with ConfinedWorker(hostile.add, limits=SMALL) as worker:
            worker(1)
            assert "system-calls" not in worker.measures
            assert {"address-space", "cpu-time", "no-file-growth"} <= set(worker.measures)

    def test_files_cannot_grow(self, tmp_path: Path) -> None:
        with pytest.raises(WorkerRaisedError, match="File too large"):
            run_confined(hostile.write_file, os.fsencode(tmp_path / "new"), limits=SMALL)
        assert (tmp_path / "new").stat().st_size == 0

    def test_the_network_is_apart_where_the_system_allows_it(self) -> None:
        with ConfinedWorker(hostile.connect, limits=SMALL) as worker, socket.create_server(("127.0.0.1", 0)) as server:
            try:
                worker(server.getsockname()[1])
                connected = True
            except WorkerRaisedError:
                connected = False
            assert connected == ("no-network" not in worker.measures)

    def test_children_in_its_group_end_with_it(self) -> None:
        with ConfinedWorker(hostile.fork_and_say, limits=SMALL) as worker:
            child = worker()
            assert alive(child)
        assert wait_until(lambda: not alive(child))

    def test_a_child_that_holds_the_wire_open_blocks_nobody(self) -> None:
        started = time.monotonic()
        with pytest.raises(TookTooLongError):
            run_confined(hostile.fork_hold_and_leave, limits=HURRIED)
        assert time.monotonic() - started < 10


PARENT = """
import sys
sys.path[:0] = {paths!r}
from phoneward.confined import ConfinedWorker, Limits
from tests.confined import hostile
worker = ConfinedWorker(hostile.{function}, limits=Limits(seconds=100))
import threading, time
threading.Thread(target=lambda: worker(100.0), daemon=True).start()
while worker.pid is None or not worker.measures:
    time.sleep(0.01)
time.sleep(0.2)
print(worker.pid, flush=True)
time.sleep(100)
"""


@pytest.mark.parametrize("function", ["sleep", "sleep_holding_the_interpreter", "burn"])
def test_the_worker_dies_with_a_killed_parent(function: str) -> None:
    paths = [str(Path(launch.__file__).parents[2]), str(Path(__file__).parents[2])]
    command = [sys.executable, "-c", PARENT.format(paths=paths, function=function)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        parent.kill()
    assert wait_until(lambda: not alive(worker), 5)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test leaves no folder and no process of its workers."""
    folder = tmp_path_factory.mktemp("workers")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    before = children()
    yield
    assert wait_until(lambda: children() <= before)
    assert list(folder.iterdir()) == []


def children() -> set[int]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found
