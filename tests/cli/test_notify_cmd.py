"""`notify`: set, seen, tried and taken back; and a schedule that fails tells it."""

from pathlib import Path

import pytest

from tests.cli.program import Program, make_vault
from tests.notifying import receivers
from tests.watch.captures.server import make_certificate


def test_nothing_is_set_at_first(program: Program) -> None:
    assert "nothing leaves this computer" in program.run("notify").stdout
    assert program.run("notify", "--json").document["channels"] == []
    assert program.run("notify", "test").code == 2


def test_set_seen_tried_and_taken_back(program: Program, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    (tmp_path / "secret").write_text(receivers.PASSWORD)
    there = program.with_(SSL_CERT_FILE=str(certificate))
    with (
        receivers.mail_server(certificate, "tls") as (port, mail),
        receivers.web_server(certificate) as (web, posts),
    ):
        email = ("email", "me@example.org", "--server", f"localhost:{port}", "--user", "me")
        ran = there.run("notify", "add", *email, "--secret-file", str(tmp_path / "secret"), "--json")
        assert (ran.code, ran.document["security"], ran.document["details"]) == (0, "tls", False)
        assert receivers.PASSWORD not in ran.stdout
        ran = there.run("notify", "add", "ntfy", f"https://localhost:{web}/my-topic")
        assert "no phone and no file is named" in " ".join(ran.stdout.split())
        ran = there.run("notify", "test", "--json")
        assert [one["channel"] for one in ran.documents] == ["email", "ntfy"]
        assert ran.code == 0, ran.stdout
    assert len(mail.letters) == len(posts.requests) == 1
    ran = there.run("notify", "test")
    assert ran.code == 1
    assert "could not be sent by ntfy" in " ".join(ran.stdout.split())
    assert there.run("notify", "remove", "ntfy").code == 0
    assert there.run("notify", "remove", "ntfy").code == 2
    assert [one["channel"] for one in there.run("notify", "--json").document["channels"]] == ["email"]


@pytest.mark.parametrize(
    "words",
    [
        ("desktop", "https://x"),
        ("desktop", "--details"),
        ("email", "me@example.org"),
        ("email", "--server", "localhost"),
        ("ntfy",),
        ("ntfy", "http://ntfy.sh/topic"),
        ("ntfy", "https://ntfy.sh/topic", "--user", "me"),
        ("email", "me@example.org", "--server", "mail.example.org:99999999"),
    ],
)
def test_what_makes_no_sense_is_said(program: Program, words: tuple[str, ...]) -> None:
    assert program.run("notify", "add", *words).code == 2
    assert program.run("notify", "--json").document["channels"] == []


def test_a_schedule_that_fails_tells_it_once(program: Program, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    make_vault(tmp_path / "vault", "Tulpe-Regen-77")
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone" / "a.txt").write_text("a")
    (tmp_path / "password").write_text("Tulpe-Regen-77")
    there = program.with_(SSL_CERT_FILE=str(certificate), PHONEWARD_REPOSITORY=str(tmp_path / "vault"))
    setting = ("--folder", str(tmp_path / "phone"), "--password-file", str(tmp_path / "password"))
    assert there.run("schedule", "set", *setting).code in {0, 3}
    (tmp_path / "password").write_text("another")
    with receivers.web_server(certificate) as (port, posts):
        assert there.run("notify", "add", "webhook", f"https://localhost:{port}/", "--details").code == 0
        for _time in range(2):
            assert there.run("schedule", "run", "--now").code != 0
    assert [post["kind"] for _path, _headers, post in posts.requests] == ["failed"]
    assert "password" in posts.requests[0][2]["text"]
