"""A person gives the capture of their phone: what real programs sent over real TLS is read, and whose it was."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from phoneward.watch.captures.errors import NotACaptureError
from phoneward.watch.captures.exchange import Exchange, Unread
from phoneward.watch.captures.pcap import open_pcap, tshark
from tests.watch.captures.pcap import dressing
from tests.watch.captures.pcap.recording import HOST, Job, Recording, record

APPS = {20_001: "com.example.clear", 20_002: "com.example.old", 20_003: "com.example.bank"}
UIDS = {10_101: APPS[20_001], 10_102: APPS[20_002], 10_103: APPS[20_003]}
PACKAGE_UID = {package: uid for uid, package in UIDS.items()}


def picture(seed: int, size: int = 40_000) -> bytes:
    """Bytes as those of a picture: no two of them alike, zeros among them."""
    blocks = [hashlib.sha256(f"{seed} {index}".encode()).digest() for index in range(size // 32)]
    return b"\x00".join(blocks)


JOBS = (
    Job("http", 20_001, "/clear", picture(1)),
    Job("http", 20_001, "/clear-chunked", picture(2), "PUT", (("Transfer-Encoding", "chunked"),)),
    Job("tls1.2", 20_002, "/old", picture(3)),
    Job("tls1.3", 20_003, "/new", picture(4), "PUT"),
    Job("tls1.3", 20_003, "/new-chunked", picture(5), "POST", (("Transfer-Encoding", "chunked"),)),
)


def recorded() -> Recording:
    """The one recording of these tests."""
    made = record(repr(JOBS).encode(), lambda: JOBS)
    assert made.received == {job.path: hashlib.sha256(job.body).hexdigest() for job in JOBS}
    return made


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded()


def uid_of(frame: dressing.Frame) -> int:
    return PACKAGE_UID.get(APPS.get(frame.server_port, ""), -1)


def read(
    path: Path, keys: Sequence[Path] = (), packages: dict[int, str] | None = None
) -> tuple[list[Exchange], Unread]:
    capture = open_pcap(path, key_logs=keys, packages=packages)
    return list(capture.exchanges()), capture.unread


def check_all_found(found: list[Exchange], *, is_app_known: bool = True) -> None:
    assert [one.number for one in found] == list(range(len(found)))
    by_path = {one.url.partition(HOST)[2].partition("/")[2]: one for one in found if one.url}
    for job in JOBS:
        one = by_path[job.path[1:]]
        assert bytes(one.body) == job.body, job.path
        assert (one.method, one.protocol, one.host, one.is_cut) == (job.method, "HTTP/1.1", HOST, False)
        assert one.url == f"{'http' if job.protocol == 'http' else 'https'}://{HOST}:{job.port}{job.path}"
        assert one.app == (APPS[job.port] if is_app_known else None)
        assert one.header("user-AGENT").startswith("curl/")
        assert one.time is not None
        assert one.time.utcoffset() is not None


def test_pcapdroid_pcapng_is_read_whole(recording: Recording, tmp_path: Path) -> None:
    """PCAPdroid's pcapng carries apps and keys: everything is read, nothing is left unread."""
    path = tmp_path / "phone.pcapng"
    path.write_bytes(dressing.pcapng(list(dressing.frames(recording.plain)), uid_of, UIDS, recording.keys.read_bytes()))
    found, unread = read(path)
    check_all_found(found)
    assert unread == Unread()


def test_pcapdroid_pcap_with_trailer_names_the_app(recording: Recording, tmp_path: Path) -> None:
    """PCAPdroid's pcap carries a UID and an app's label at each packet; a snapshot knows the packages."""
    frames = list(dressing.frames(recording.plain))
    labels = dict.fromkeys(UIDS, "Bank of Somewhere, long name")
    path = tmp_path / "phone.pcap"
    path.write_bytes(dressing.pcap_with_trailer(frames, uid_of, labels))
    found, unread = read(path, [recording.keys], UIDS)
    check_all_found(found)
    assert unread == Unread()
    found, _unread = read(path, [recording.keys])
    assert {one.app for one in found if one.url} == {"Bank of Somewhere, l"}


def test_a_capture_from_elsewhere_is_read_without_apps(recording: Recording) -> None:
    """dumpcap on a computer names no app: the same is found, the app stays unknown."""
    found, unread = read(recording.plain, [recording.keys])
    check_all_found(found, is_app_known=False)
    assert unread == Unread()


def test_keys_that_come_after_the_packets_are_used(recording: Recording, tmp_path: Path) -> None:
    """PCAPdroid may write the keys after the packets they open."""
    frames = list(dressing.frames(recording.plain))
    path = tmp_path / "late.pcapng"
    path.write_bytes(dressing.pcapng(frames, uid_of, UIDS, recording.keys.read_bytes(), keys_last=True, order=">"))
    found, _unread = read(path)
    check_all_found(found)


def test_what_stays_closed_is_counted_by_app(recording: Recording, tmp_path: Path) -> None:
    """Without keys the person learns how much each app sent that nobody could read, and why."""
    path = tmp_path / "closed.pcapng"
    path.write_bytes(dressing.pcapng(list(dressing.frames(recording.plain)), uid_of, UIDS, b""))
    found, unread = read(path)
    assert [one.url.rpartition("/")[2] for one in found if one.url] == ["clear", "clear-chunked"]
    assert set(unread.sent) == {APPS[20_002], APPS[20_003]}
    for port, app in ((20_002, APPS[20_002]), (20_003, APPS[20_003])):
        plain = sum(len(job.body) for job in JOBS if job.port == port)
        assert plain < unread.sent[app] < plain * 1.05 + 2000
    assert any("no TLS keys" in problem for problem in unread.problems)


def test_without_tshark_the_person_is_told_to_install_it(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No tshark on this computer: what is in clear is read all the same, the rest counted, and a sentence helps on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tshark, "_PLACES", ())
    found, unread = read(recording.plain, [recording.keys])
    assert [one.url.rpartition("/")[2] for one in found if one.url] == ["clear", "clear-chunked"]
    assert unread.sent["unknown"] > sum(len(job.body) for job in JOBS if job.protocol != "http")
    assert any("apt install tshark" in problem for problem in unread.problems)


def test_keys_of_one_connection_open_only_that(recording: Recording, tmp_path: Path) -> None:
    """Half of the keys: half is read, the other app is named with its bytes."""
    only = tmp_path / "some.log"
    lines = recording.keys.read_text().splitlines(keepends=True)
    only.write_text("".join(line for line in lines if line.startswith("CLIENT_RANDOM")))
    frames = list(dressing.frames(recording.plain))
    path = tmp_path / "some.pcapng"
    path.write_bytes(dressing.pcapng(frames, uid_of, UIDS, b""))
    found, unread = read(path, [only])
    assert {one.url.rpartition("/")[2] for one in found if one.url} == {"clear", "clear-chunked", "old"}
    assert set(unread.sent) == {APPS[20_003]}


def test_lost_packets_are_named(recording: Recording, tmp_path: Path) -> None:
    """Packets the capture lost: what they belong to is cut, all else is read, the sentence says how much is missing."""
    frames = list(dressing.frames(recording.plain))
    large = [one for one in frames if one.server_port == 20_001 and len(one.ip) > 1400]
    for number, (kept, is_there) in enumerate([(large[1:], False), (large[:1] + large[2:], True)]):
        path = tmp_path / f"lost-{number}.pcapng"
        less = [one for one in frames if one not in large or one in kept]
        path.write_bytes(dressing.pcapng(less, uid_of, UIDS, recording.keys.read_bytes()))
        found, unread = read(path)
        clear = [one for one in found if one.url.endswith("/clear")]
        assert [one.is_cut for one in clear] == [True] * is_there
        assert any(APPS[20_001] in problem and "Missing" in problem for problem in unread.problems)
        whole = {one.url.rpartition("/")[2]: bytes(one.body) for one in found if not one.is_cut and one.url}
        assert whole == {job.path[1:]: job.body for job in JOBS[1:]}


def test_every_packet_twice_and_in_another_order(recording: Recording, tmp_path: Path) -> None:
    """A capture on two interfaces holds packets twice; networks change their order: the same is read."""
    frames = list(dressing.frames(recording.plain))
    mixed = []
    for at in range(0, len(frames), 2):
        pair = frames[at : at + 2]
        is_swappable = len(pair) == 2 and all(len(one.ip) > 600 for one in pair)
        mixed += [one for frame in (reversed(pair) if is_swappable else pair) for one in (frame, frame)]
    path = tmp_path / "twice.pcapng"
    path.write_bytes(dressing.pcapng(mixed, uid_of, UIDS, recording.keys.read_bytes()))
    found, unread = read(path)
    check_all_found(found)
    assert dataclasses.replace(unread, problems=()) == Unread()


def test_a_capture_that_was_cut_off_says_so(recording: Recording, tmp_path: Path) -> None:
    """The phone ran out of space: what came before is read, and the person learns that the rest is missing."""
    whole = dressing.pcapng(list(dressing.frames(recording.plain)), uid_of, UIDS, recording.keys.read_bytes())
    path = tmp_path / "cut.pcapng"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    found, unread = read(path)
    assert unread.is_damaged
    assert any("ends in the middle" in problem for problem in unread.problems)
    bodies = {one.url.rpartition("/")[2]: bytes(one.body) for one in found if one.url and not one.is_cut}
    assert bodies.items() <= {job.path[1:]: job.body for job in JOBS}.items()
    assert bodies


def test_another_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "holiday.pcap"
    path.write_bytes(b"\x1f\x8b" + bytes(100))
    with pytest.raises(NotACaptureError, match="gzip") as caught:
        read(path)
    assert caught.value.advice()
