"""Links, sessions and other users of the computer."""

import logging
import os
import stat
import subprocess
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.web import redirect_file
from phoneward.web.security import peers, sessions
from phoneward.web.security.sessions import OneTimeLinks, Sessions
from tests.web.site import PASSWORD, Site


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


# -- the link -----------------------------------------------------------------------------------------------------


def test_a_link_works_once(site: Site) -> None:
    link = site.context.one_time_link()
    assert site.stranger().get(link).status_code == 200
    again = site.stranger()
    answer = again.get(link)
    assert answer.status_code == 403
    assert "phoneward open" in answer.text
    assert not again.cookies


def test_looking_at_the_headers_of_a_link_neither_uses_it_nor_lets_in(site: Site) -> None:
    link = site.context.one_time_link()
    peeking = site.stranger()
    assert peeking.head(link).status_code == 403
    assert not peeking.cookies
    assert site.stranger().get(link).status_code == 200


def test_a_link_ends_after_ten_minutes() -> None:
    clock = Clock()
    links = OneTimeLinks(clock)
    early, late = links.make(), links.make()
    clock.now += 600
    assert links.redeem(early)
    clock.now += 1
    assert not links.redeem(late)


@pytest.mark.parametrize("token", ["", "x", "汉", "a" * 43, "\udc80"])
def test_a_guessed_link_is_refused(site: Site, token: str) -> None:
    site.context.one_time_link()
    assert not site.context.links.redeem(token)
    answer = site.stranger().get("/enter", params={"token": token.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 403


def test_links_and_sessions_are_long_and_never_the_same() -> None:
    links, opened = OneTimeLinks(), Sessions()
    made = [links.make() for _ in range(50)] + [opened.begin() for _ in range(50)]
    assert len(set(made)) == 100
    assert min(map(len, made)) >= 43  # 256 bits in base64


def test_open_links_are_bounded() -> None:
    links = OneTimeLinks()
    made = [links.make() for _ in range(sessions.MAX_LINKS + 1)]
    assert not links.redeem(made[0])
    assert links.redeem(made[-1])


# -- the session --------------------------------------------------------------------------------------------------


def test_the_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    answer = site.stranger().get(site.context.one_time_link())
    name, _, rest = answer.headers["set-cookie"].partition("=")
    flags = {flag.strip().lower() for flag in rest.split(";")[1:]}
    assert name == f"phoneward-{site.context.port}"
    assert flags == {"httponly", "samesite=strict", "path=/"}
    assert 'http-equiv="refresh"' in answer.text  # no redirect: a strict cookie would not be sent after one


def test_a_closed_session_is_over(site: Site) -> None:
    visitor, other = site.visitor(), site.visitor()
    cookie = visitor.client.cookies[site.context.cookie]
    assert visitor.post("/session/close").status_code == 200
    visitor.client.cookies.set(site.context.cookie, cookie, domain="127.0.0.1")
    assert visitor.get("/settings").status_code == 401
    assert other.get("/settings").status_code == 200


def test_a_session_nobody_uses_ends() -> None:
    clock = Clock()
    opened = Sessions(clock)
    secret = opened.begin()
    clock.now += sessions.SESSION_IDLE_S
    assert opened.find(secret) is not None
    clock.now += sessions.SESSION_IDLE_S + 1
    assert opened.find(secret) is None
    assert len(opened) == 0


@given(st.text())
def test_no_made_up_cookie_is_a_session(cookie: str) -> None:
    opened = Sessions()
    opened.begin()
    assert opened.find(cookie) is None


# -- secrets stay where they are ----------------------------------------------------------------------------------


def test_no_secret_is_printed_or_logged(
    locked_site: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    link = locked_site.context.one_time_link()
    token = link.partition("token=")[2]
    client = locked_site.stranger()
    client.get(link)
    visitor = locked_site.visitor()
    visitor.post("/unlock", {"password": "not " + PASSWORD})
    assert visitor.post("/unlock", {"password": PASSWORD}).status_code == 303
    cookie, csrf = visitor.client.cookies[locked_site.context.cookie], visitor.token()
    session = locked_site.context.sessions.find(cookie)
    context = locked_site.context
    server_lines = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    told = "\n".join(
        [
            *server_lines,
            *capfd.readouterr(),
            *(repr(thing) for thing in (session, context, vars(context), vars(context.door), vars(context.sessions))),
            *(repr(thing) for thing in (vars(context.links), context.settings)),
        ]
    )
    assert session is not None
    for secret in (token, cookie, csrf, PASSWORD):
        assert secret not in told
    for page in ("/", "/settings", "/checkup"):
        text = visitor.get(page).text
        assert cookie not in text
        assert token not in text
        assert PASSWORD not in text


def test_a_wrong_password_is_not_shown_again(locked_site: Site) -> None:
    answer = locked_site.visitor().post("/unlock", {"password": "hunter2-wrong"})
    assert answer.status_code == 403
    assert "hunter2-wrong" not in answer.text


def test_the_file_that_leads_in_is_private() -> None:
    with redirect_file("http://127.0.0.1:1/enter?token=abc") as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert "token=abc" in path.read_text()
    assert not path.parent.exists()


# -- other users of this computer ---------------------------------------------------------------------------------

TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 x 100 0 0 10 0
   1: 0100007F:223D 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 x 20 4 30 10 -1
   2: 0100007F:C001 0100007F:223D 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 x 20 4 30 10 -1
   3: 0100007F:C002 0100007F:223D 06 00000000:00000000 03:00000000 00000000     0        0 0 3 x
"""
TABLE6 = """  sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode
   0: 0000000000000000FFFF00000100007F:C003 0000000000000000FFFF00000100007F:223D 01 0:0 00:0 0  1002 0 4 1 x
"""
SERVER = ("127.0.0.1", 0x223D)


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "tcp", tmp_path / "tcp6"
    first.write_text(TABLE)
    second.write_text(TABLE6)
    return first, second


@pytest.mark.parametrize(("port", "uid"), [(0xC001, 1001), (0xC002, None), (0xC003, 1002), (0xC004, None)])
def test_the_owner_is_read_from_the_systems_table(tables: tuple[Path, Path], port: int, uid: int | None) -> None:
    assert peers.owner(("127.0.0.1", port), SERVER, tables) == uid
    assert peers.is_own(("127.0.0.1", port), SERVER, tables) is (uid == os.getuid())


def test_what_cannot_be_told_is_refused(tables: tuple[Path, Path], tmp_path: Path) -> None:
    assert not peers.is_own(None, SERVER, tables)
    assert not peers.is_own(("127.0.0.1", 0xC001), SERVER, (tmp_path / "none",))


ASK = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
connection.request("GET", "/settings", headers={"Cookie": sys.argv[2], "X-Forwarded-For": "127.0.0.1:1"})
print(connection.getresponse().status)
"""


def test_another_user_is_refused_even_with_a_stolen_cookie(site: Site) -> None:
    assert os.getuid() == 0, "only root can become another user: run this test as root"
    visitor = site.visitor()
    cookie = f"{site.context.cookie}={visitor.client.cookies[site.context.cookie]}"
    python = "/usr/bin/python3"  # Debian's: other users may not be allowed to read the test environment's
    words = [python, "-I", "-c", ASK, str(site.context.port), cookie]
    own = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True, cwd="/")
    assert own.stdout.strip() == "200"
    other = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=True, cwd="/", user=65534, group=65534
    )
    assert other.stdout.strip() == "403"


def test_no_header_says_who_asks(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.get("/settings", **{"x-forwarded-for": "10.0.0.1", "x-forwarded-proto": "https"})
    assert answer.status_code == 200


def test_a_password_is_in_no_traceback(locked_site: Site) -> None:
    from phoneward.vault import WrongPasswordError

    wrong = f"{PASSWORD} hunter2"
    with pytest.raises(WrongPasswordError) as caught:
        locked_site.context.door.unlock(wrong)
    assert wrong not in "".join(traceback.format_exception(caught.value))
