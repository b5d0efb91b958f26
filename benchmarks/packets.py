"""How fast a capture of packets is read, beside tshark alone over the same file.

    python -m benchmarks.packets [--size 300] [--rounds 3]

The capture is recorded by real programs over real connections (`tests/watch/captures/pcap/recorder.py`): pictures of
10 MB go out by HTTP in clear, under TLS 1.3, by HTTP/2 and by HTTP/3. Each reads it in a process of its own; tshark
alone with all its dissectors, as a person would run it to see the requests. Peaks are the kernel's (ru_maxrss, of the
largest process each).
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time

from tests.watch.captures.pcap.recording import Job, Recording, record

MEGABYTE = 10**6
_SHARES = (("http", 21_001, 9), ("tls1.3", 21_002, 9), ("h2", 21_003, 1), ("h3", 21_004, 1))
_OURS = """
import resource, sys
from pathlib import Path
from phoneward.watch.captures.pcap import open_pcap
capture = open_pcap(Path(sys.argv[1]), key_logs=[Path(sys.argv[2])])
size = sum(len(one.body) for one in capture.exchanges())
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(size, sum(capture.unread.sent.values()), peak)
"""


def recorded(megabytes: int) -> Recording:
    """The capture, made once for a size."""

    def jobs() -> list[Job]:
        whole = sum(share for _protocol, _port, share in _SHARES)
        return [
            Job(protocol, port, f"/{protocol}/{number}", os.urandom(10 * MEGABYTE))
            for protocol, port, share in _SHARES
            for number in range(max(1, megabytes * share // whole // 10))
        ]

    return record(f"benchmark {megabytes}".encode(), jobs)


def ours(made: Recording) -> tuple[float, float]:
    """Seconds and megabytes of the largest process."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _OURS, str(made.plain), str(made.keys)], capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - start
    size, unread, peak = map(int, done.stdout.split())
    assert size == sum(len(job.body) for job in made.jobs), (size, unread)
    assert unread == 0
    return seconds, peak / 1000


def tshark_alone(made: Recording) -> tuple[float, float]:
    """The same of tshark."""
    ports = ("-d", "tcp.port==21001,http", "-d", "tcp.port==21002-21003,tls", "-d", "udp.port==21004,quic")
    command = ["tshark", "-n", "-r", str(made.plain), "-o", f"tls.keylog_file:{made.keys}", *ports]
    shown = ["-Y", "http.request or http2.headers.path", "-T", "fields", "-e", "http.host", "-e", "http2.headers.path"]
    start = time.perf_counter()
    process = subprocess.Popen([*command, *shown], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - start, usage.ru_maxrss / 1000


def main() -> None:
    """Measure, in turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=300, help="megabytes that are sent")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    made = recorded(options.size)
    size = made.plain.stat().st_size / MEGABYTE
    print(f"{size:.0f} MB, {len(made.jobs)} uploads, {resource.getpagesize()} bytes a page")
    rounds = [(ours(made), tshark_alone(made)) for _round in range(options.rounds)]
    for name, index in (("phoneward", 0), ("tshark alone", 1)):
        seconds = statistics.median(one[index][0] for one in rounds)
        peak = max(one[index][1] for one in rounds)
        print(f"{name}: {seconds:.1f} s, {size / seconds:.1f} MB/s, peak {peak:.0f} MB")
    print(f"ratio: {statistics.median(one[1][0] / one[0][0] for one in rounds):.2f} of tshark's speed")


if __name__ == "__main__":
    main()
