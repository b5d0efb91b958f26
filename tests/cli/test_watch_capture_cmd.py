"""`watch capture`: was it uploaded; for a person, for programs, and how a recording is made."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.program import Program, make_vault
from tests.watch.captures.recording import families
from tests.watch.captures.writing import write_flows

OTHERS = """
one = tflow.tflow(); one.request.method = 'PUT'; one.request.headers['host'] = 'up.example'
one.request.path = '/a'; one.request.timestamp_start = 1764432000.0
one.request.content = open({picture!r}, 'rb').read(); flows.append(one)
late = one.copy(); late.request.timestamp_start += 86400; flows.append(late)
tls = tflow.ttcpflow(); tls.messages = tls.messages[:1]; tls.messages[0].from_client = True
tls.messages[0].content = b'\\x16\\x03\\x01' + b'x' * 97; flows.append(tls)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording of one picture that was sent twice, a day apart, and of a connection that stayed closed."""
    folder = tmp_path_factory.mktemp("made")
    images = folder / "mine"
    (images / "deep").mkdir(parents=True)
    own, twin = families()[0]
    (images / "deep" / "bank.png").write_bytes(own.data)
    (images / "other.png").write_bytes(twin.data)
    (images / "notes.txt").write_text("no picture at all, and longer than nothing")
    path = folder / "phone.flows"
    write_flows(path, OTHERS.format(picture=str(images / "deep" / "bank.png")))
    return path, images


def lines(text: str) -> list[dict[str, object]]:
    """Return each line as JSON."""
    return [json.loads(line) for line in text.splitlines()]


def test_programs_get_a_line_an_upload_and_what_stayed_unread(program: Program, made: tuple[Path, Path]) -> None:
    path, images = made
    ran = program.run("watch", "capture", path, "--images", images, "--json")
    assert (ran.code, ran.stderr) == (0, "")
    first = {
        "image": str(images / "deep" / "bank.png"),
        "time": "2025-11-29T16:00:00Z",
        "app": None,
        "host": "up.example",
        "form": "body",
        "kind": "identical",
    }
    assert lines(ran.stdout) == [first, first | {"time": "2025-11-30T16:00:00Z"}, {"unread": {"unknown": 100}}]


def test_a_person_reads_what_was_sent_and_what_could_not_be_read(program: Program, made: tuple[Path, Path]) -> None:
    path, images = made
    ran = program.with_(TZ="UTC").run("watch", "capture", path, "--images", images)
    assert ran.code == 0, ran.stderr
    assert "SENT: " in ran.stdout
    assert "to up.example, 2025-11-29 16:00, by an app that the recording does not name" in ran.stdout
    assert "1 of your pictures was sent." in ran.stdout
    assert "100 B of which the recording does not say which app sent them" in ran.stdout
    assert "Not seen is not the same as not sent" in ran.stdout
    chinese = program.run("watch", "capture", path, "--images", images, "--lang", "zh_CN").stdout
    assert "已发送：" in chinese
    assert "没有看到，不等于没有发送" in chinese


def test_a_picture_that_is_not_in_it_was_not_seen(program: Program, made: tuple[Path, Path]) -> None:
    path, images = made
    ran = program.run("watch", "capture", path, "--images", images / "other.png", "--fail-on-sent")
    assert ran.code == 0, ran.stderr
    assert "NOT SEEN" in ran.stdout
    assert "\nSENT" not in ran.stdout


def test_a_folder_without_pictures_is_no_answer(program: Program, made: tuple[Path, Path], tmp_path: Path) -> None:
    """A folder that was mistaken for another must not end in "not seen"."""
    recording, _images = made
    (tmp_path / "empty").mkdir()
    ran = program.run("watch", "capture", recording, "--images", tmp_path / "empty")
    assert ran.code == 3
    assert "Nothing could be looked for" in ran.stdout
    assert "NOT SEEN" not in ran.stdout


def test_the_exit_code_says_that_something_was_sent_where_that_is_asked(
    program: Program, made: tuple[Path, Path]
) -> None:
    path, images = made
    assert program.run("watch", "capture", path, "--images", images, "--fail-on-sent").code == 4


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--since", "2025-11-30T12:00+00:00"), 1),
        (("--until", "2025-11-29T16:30+00:00"), 1),
        (("--until", "2025-11-29"), 1),
        (("--since", "2025-12-01T00:00+00:00"), 0),
        (("--app", "com.example"), 2),
    ],
)
def test_only_what_was_sent_then(
    program: Program, made: tuple[Path, Path], options: tuple[str, ...], count: int
) -> None:
    path, images = made
    ran = program.with_(TZ="UTC").run("watch", "capture", path, "--images", images, "--json", *options)
    assert ran.code == 0, ran.stderr
    assert len(lines(ran.stdout)) == count + 1


def test_connections_that_an_app_refused_are_named(program: Program, made: tuple[Path, Path], tmp_path: Path) -> None:
    """A flow file holds nothing of them; what mitmproxy printed does."""
    path, images = made
    log = tmp_path / "phone.log"
    log.write_text(
        "[16:45:04.295][127.0.0.1:48376] Client TLS handshake failed. The client does not trust the proxy's "
        "certificate for pinned.example (tlsv1 alert unknown ca)\n"
        * 2
        + "[16:45:05.000][127.0.0.1:1] Client TLS handshake failed. The client disconnected during the handshake. If "
        "this happens consistently for other.example, this may indicate that the client does not trust the proxy's "
        "certificate.\n[x] client connect\n"
    )
    ran = program.run("watch", "capture", path, "--images", images, "--log", log)
    assert "2 connections to pinned.example were refused" in ran.stdout
    assert "1 connection to other.example was refused" in ran.stdout
    programs = program.run("watch", "capture", path, "--images", images, "--log", log, "--json")
    assert any("pinned.example" in str(line["message"]) for line in lines(programs.stderr))
    assert program.run("watch", "capture", path, "--images", images, "--log", tmp_path / "none").code == 1


def test_a_recording_that_was_cut_off_ends_with_3(program: Program, made: tuple[Path, Path], tmp_path: Path) -> None:
    path, images = made
    cut = tmp_path / "cut.flows"
    cut.write_bytes(path.read_bytes()[:-10])
    ran = program.run("watch", "capture", cut, "--images", images, "--json")
    assert ran.code == 3
    assert len(lines(ran.stdout)) == 3
    assert "broken" in ran.stderr


def test_what_is_no_recording_ends_with_one_sentence(program: Program, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")
    ran = program.run("watch", "capture", tmp_path / "x", "--images", tmp_path)
    assert ran.code == 1
    assert "is no capture that Phoneward can read" in ran.stderr
    assert "--guide" in ran.stderr
    assert program.run("watch", "capture").code == 2
    assert program.run("watch", "capture", tmp_path / "x", "--images", tmp_path / "none").code == 2
    assert program.run("watch", "capture", tmp_path / "x", "--images", tmp_path, "--since", "soon").code == 2


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_guide(program: Program, language: str) -> None:
    """Step by step, both ways, what no recording shows, and what to undo; every step in the person's language."""
    ran = program.run("watch", "capture", "--guide", "--lang", language)
    assert ran.code == 0, ran.stderr
    for word in ("PCAPdroid", "mitmdump --mode wireguard", "SSLKEYLOGFILE", "Android 7", "https://docs.mitmproxy.org"):
        assert word in ran.stdout
    guide = program.run("watch", "capture", "--guide", "--lang", language, "--json").document
    steps = [*(step for way in guide["ways"] for step in way["steps"]), *guide["limits"], *guide["afterwards"]]
    assert len(steps) > 15
    for step in steps:
        assert any("\u4e00" <= character <= "\u9fff" for character in step) == (language == "zh_CN"), step


def test_the_pictures_of_the_vault(program: Program, tmp_path: Path, made: tuple[Path, Path]) -> None:
    """Without a folder the person's own pictures of the newest snapshot are looked for."""
    path, images = made
    phone, vault = tmp_path / "phone", tmp_path / "vault"
    shots = phone / "DCIM" / "Screenshots"
    shots.mkdir(parents=True)
    shutil.copy(images / "deep" / "bank.png", shots / "shot.png")
    make_vault(vault, "pw")
    owner = program.with_(PHONEWARD_REPOSITORY=str(vault), PHONEWARD_PASSWORD="pw")
    backed_up = owner.run("backup", "--folder", phone)
    assert backed_up.code in {0, 3}, backed_up.stderr
    ran = owner.run("watch", "capture", path, "--json")
    assert ran.code == 0, ran.stderr
    (first, _second, _unread) = lines(ran.stdout)
    assert first["image"] == "/shared/DCIM/Screenshots/shot.png"


def test_nothing_of_a_picture_rests_on_the_disk(program: Program, made: tuple[Path, Path]) -> None:
    """What is unwrapped stays in memory."""
    path, images = made
    picture = (images / "deep" / "bank.png").read_bytes()[1000:1100]
    program.run("watch", "capture", path, "--images", images)
    for folder, _folders, names in os.walk(program.home):
        for name in names:
            assert picture not in Path(folder, name).read_bytes()
