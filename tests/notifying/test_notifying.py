"""A person is told by the ways that they set, on real servers; what leaves the computer names nothing, unless asked."""

import datetime as dt
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward import notifying
from phoneward.notifying import desktop as desktops
from phoneward.notifying.settings_file import NAME
from phoneward.settings import SettingFileError
from tests.notifying import receivers
from tests.watch.captures.server import make_certificate

SECRETS = ("妈妈的手机", "DCIM/IMG_1.jpg")
MESSAGE = notifying.Message(
    kind=notifying.Kind.FAILED,
    when=dt.datetime(2026, 11, 30, 8, 5, tzinfo=dt.UTC),
    sentence="DCIM/IMG_1.jpg could not be read.",
    advice="Plug the phone in again.",
    phone="妈妈的手机",
    job="backup",
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer trusts the test's own servers."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(receivers.PASSWORD + "\n", encoding="utf-8")
    return str(path)


def mail(port: int, security: notifying.Security, secret: str = "", *, details: bool = False) -> notifying.Email:
    return notifying.Email(
        server="localhost",
        port=port,
        security=security,
        sender="me@example.org",
        to="me@example.org",
        user="me" if secret else "",
        secret_file=secret,
        details=details,
    )


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_email_arrives_and_names_nothing(certificate: Path, secret: str, security: notifying.Security) -> None:
    with receivers.mail_server(certificate, security) as (port, received):
        notifying.send(mail(port, security, secret), MESSAGE)
    (letter,) = received.letters
    assert received.logins == ["me"]
    assert letter["Subject"] == "Phoneward: something did not work"
    assert letter["Date"].datetime == MESSAGE.when
    assert letter["Auto-Submitted"] == "auto-generated"
    assert not [word for word in SECRETS if word in letter.as_string() or word in letter.get_content()]


@pytest.mark.usefixtures("trusted")
def test_an_email_with_details_says_what_happened(certificate: Path, secret: str) -> None:
    with receivers.mail_server(certificate, "tls") as (port, received):
        notifying.send(mail(port, "tls", secret, details=True), MESSAGE)
    assert received.letters[0].get_content().splitlines() == [
        "妈妈的手机: DCIM/IMG_1.jpg could not be read.",
        "Plug the phone in again.",
    ]


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_and_a_missing_file_are_said(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    with receivers.mail_server(certificate, "tls") as (port, received):
        with pytest.raises(notifying.ChannelRefusedError, match="535"):
            notifying.send(mail(port, "tls", str(tmp_path / "wrong")), MESSAGE)
        with pytest.raises(SettingFileError):
            notifying.send(mail(port, "tls", str(tmp_path / "none")), MESSAGE)
    assert received.letters == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_server_that_nobody_vouches_for_gets_no_password(
    certificate: Path, secret: str, security: notifying.Security
) -> None:
    refused = pytest.raises(notifying.ChannelRefusedError, match="certificate")
    with receivers.mail_server(certificate, security) as (port, received), refused:
        notifying.send(mail(port, security, secret), MESSAGE)
    assert received.logins == []


@pytest.mark.usefixtures("trusted")
def test_ntfy_gets_chinese_and_a_priority_and_names_nothing(certificate: Path, secret: str) -> None:
    with receivers.web_server(certificate) as (port, received):
        url = f"https://localhost:{port}/a-topic"
        notifying.send(notifying.Ntfy(url=url, secret_file=secret), MESSAGE)
        notifying.send(notifying.Ntfy(url=url, details=True), MESSAGE)
    (path, headers, first), (_path, later_headers, second) = received.requests
    assert (path, first["topic"], first["priority"]) == ("/", "a-topic", 4)
    assert headers["Authorization"] == f"Bearer {receivers.PASSWORD}"
    assert "Authorization" not in later_headers
    assert not [word for word in SECRETS if word in str(first)]
    assert second["message"].startswith("妈妈的手机: ")


@pytest.mark.usefixtures("trusted")
def test_a_webhook_gets_json(certificate: Path) -> None:
    with receivers.web_server(certificate) as (port, received):
        notifying.send(notifying.Webhook(url=f"https://localhost:{port}/hook?x=1"), MESSAGE)
        notifying.send(notifying.Webhook(url=f"https://localhost:{port}/hook", details=True), MESSAGE)
    (path, _headers, first), (_path, _later, second) = received.requests
    assert path == "/hook?x=1"
    assert first == {
        "kind": "failed",
        "when": "2026-11-30T08:05:00+00:00",
        "title": "Phoneward: something did not work",
        "text": "Look at the computer that runs Phoneward, with: phoneward schedule",
    }
    assert (second["phone"], second["job"]) == ("妈妈的手机", "backup")


@pytest.mark.usefixtures("trusted")
def test_a_server_that_sends_us_elsewhere_is_not_followed(certificate: Path, secret: str) -> None:
    with receivers.web_server(certificate) as (other, elsewhere):
        refused = pytest.raises(notifying.ChannelRefusedError, match="HTTP 307")
        there = f"https://localhost:{other}/"
        with receivers.web_server(certificate, status=307, location=there) as (port, _received), refused:
            notifying.send(notifying.Webhook(url=f"https://localhost:{port}/", secret_file=secret), MESSAGE)
        assert elsewhere.requests == []


def test_a_web_server_that_nobody_vouches_for_gets_nothing(certificate: Path, secret: str) -> None:
    refused = pytest.raises(notifying.ChannelRefusedError, match="certificate")
    with receivers.web_server(certificate) as (port, received), refused:
        notifying.send(notifying.Webhook(url=f"https://localhost:{port}/", secret_file=secret), MESSAGE)
    assert received.requests == []


def test_the_screen_shows_all_and_takes_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    with receivers.desktop() as (address, shown):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        hostile = notifying.Message(notifying.Kind.ALARM, MESSAGE.when, "<b>x</b> & \u202e$(id)", phone="--hint=x")
        notifying.send(notifying.Desktop(), hostile)
    ((app, _replaces, _icon, title, body, *_rest),) = shown
    assert (app, title) == ("Phoneward", "Phoneward: data was found damaged")
    assert body.startswith("--hint=x: &lt;b&gt;x&lt;/b&gt; &amp; ")
    assert "\u202e" not in body


def test_no_screen_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(notifying.NoDesktopError):
        notifying.send(notifying.Desktop(), MESSAGE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(notifying.NoDesktopError, match="notify-send"):
        notifying.send(notifying.Desktop(), MESSAGE)


def test_on_other_systems_words_never_become_a_script() -> None:
    """They go as arguments, or by the environment: what a phone is called is nobody's program."""
    title, text = '"; do shell script "id', "$(id)`id`"
    command, _extra, script = desktops._call(title, text, is_urgent=False, platform="darwin")
    assert command == ["osascript", "-", title, text]
    assert b"id" not in script.replace(b"display", b"")
    command, extra, script = desktops._call(title, text, is_urgent=False, platform="win32")
    assert title not in " ".join(command)
    assert extra == {"NOTICE_TITLE": title, "NOTICE_TEXT": text}
    assert b"$(id)" not in script


@pytest.mark.parametrize(
    "channel",
    [
        notifying.Ntfy(url="http://ntfy.sh/topic"),
        notifying.Ntfy(url="https://ntfy.sh/"),
        notifying.Ntfy(url="https://ntfy.sh/a/b"),
        notifying.Ntfy(url="https://me:secret@ntfy.sh/topic"),
        notifying.Webhook(url="file:///etc/passwd"),
        notifying.Webhook(url="ftp://example.org/x"),
        notifying.Webhook(url="http://example.org/hook"),
        notifying.Email(server="mail.example.org", port=25, security="none", sender="a@b.c", to="a@b.c"),
        notifying.Email(server="mail.example.org", port=0, security="tls", sender="a@b.c", to="a@b.c"),
        notifying.Email(server="mail.example.org", port=465, security="tls", sender="a@b.c", to="a@b.c\nBcc: x@y.z"),
    ],
    ids=lambda one: getattr(one, "url", "") or f"{one.port}-{one.to!r}",
)
def test_what_would_leave_unencrypted_or_makes_no_sense_is_refused(channel: notifying.Channel) -> None:
    with pytest.raises(notifying.ChannelSettingError) as caught:
        notifying.checked(channel)
    assert "secret" not in caught.value.sentence()


def test_what_is_set_is_kept_for_its_owner_alone_and_one_way_that_fails_stops_no_other(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    state = tmp_path / "state"
    assert notifying.notify(MESSAGE, state) == [], "nobody set anything: nothing leaves"
    with receivers.web_server(certificate) as (port, received):
        channels: list[notifying.Channel] = [
            notifying.Webhook(url="https://localhost:1/"),
            notifying.Ntfy(url=f"https://localhost:{port}/t"),
        ]
        notifying.save_channels(state, channels)
        if sys.platform != "win32":
            assert stat.S_IMODE((state / NAME).stat().st_mode) == 0o600
        assert notifying.load_channels(state) == channels
        failed, went = notifying.notify(MESSAGE, state)
    assert (failed.channel, went.channel, went.error) == ("webhook", "ntfy", None)
    assert isinstance(failed.error, notifying.ChannelRefusedError)
    assert len(received.requests) == 1
    assert os.listdir(state) == [NAME]


@pytest.mark.parametrize("data", [b"{", b'{"channels":[{"type":"pager"}]}', b"\xff", b"[" * 100_000, b" " * (2 << 20)])
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(notifying.NotifySettingsError, match=NAME):
        notifying.notify(MESSAGE, tmp_path)


def test_importing_it_loads_no_library_for_mail_or_web() -> None:
    """The command line starts quickly for who wants to be told nothing."""
    code = "import sys, phoneward.cli.notify_cmd; print('smtplib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
