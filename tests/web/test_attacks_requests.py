"""Requests that mean harm. Each test fails when the defence it is about is taken out."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.routing import Route

from phoneward import serving
from phoneward.web import pages
from phoneward.web import server as server_module
from phoneward.web.security import forms, gate
from phoneward.web.security.headers import POLICY
from tests.web import wire
from tests.web.site import Site, Visitor

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor()


def in_english(site: Site, visitor: Visitor) -> bool:
    """Tell whether the language form did nothing."""
    del site
    return "phoneward-language" not in visitor.client.cookies


# -- another name for this computer (DNS rebinding) ---------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "localhost.:{port}", ""]
)
def test_another_host_is_refused(site: Site, visitor: Visitor, host: str) -> None:
    answer = visitor.get("/settings", host=host.format(port=site.context.port))
    assert answer.status_code == 421
    assert "vault" not in answer.text


def test_two_hosts_are_refused(site: Site) -> None:
    assert wire.status(wire.send(site, wire.request(site, "/", f"Host: 127.0.0.1:{site.context.port}"))) in {400, 421}


def test_a_rebound_name_cannot_use_the_link(site: Site) -> None:
    link = site.context.one_time_link()
    assert site.stranger().get(link, headers={"host": "evil.example"}).status_code == 421
    assert site.stranger().get(link).status_code == 200


def test_both_own_names_are_answered(site: Site, visitor: Visitor) -> None:
    for name in ("127.0.0.1", "LOCALHOST"):
        assert visitor.get("/settings", host=f"{name}:{site.context.port}").status_code == 200


# -- forms of other sites (CSRF) ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://127.0.0.1:{port}"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_of_another_site_is_refused(site: Site, visitor: Visitor, headers: dict[str, str]) -> None:
    headers = {name: value.format(port=site.context.port) for name, value in headers.items()}
    answer = visitor.post("/language", {"language": "zh_CN"}, **headers)
    assert answer.status_code == 403
    assert in_english(site, visitor)


def test_own_forms_are_taken(site: Site, visitor: Visitor) -> None:
    answer = visitor.post(
        "/language", {"language": "zh_CN", "next": "/settings"}, **{"origin": site.url, "sec-fetch-site": "same-origin"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert visitor.client.cookies["phoneward-language"] == "zh_CN"


@pytest.mark.parametrize("path", ["/language", "/lock", "/unlock", "/session/close", "/checkup/again", "/actions"])
def test_a_form_without_the_token_is_refused(site: Site, visitor: Visitor, path: str) -> None:
    other = site.visitor().token()
    for fields in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "汉"}, {"csrf": other}):
        answer = visitor.client.post(path, data={"language": "zh_CN", **fields})
        assert answer.status_code == 403, fields
    assert in_english(site, visitor)
    assert visitor.get("/settings").status_code == 200


def test_a_token_in_the_address_does_not_count(site: Site, visitor: Visitor) -> None:
    assert visitor.client.post(f"/language?csrf={visitor.token()}", data={"language": "zh_CN"}).status_code == 403
    assert in_english(site, visitor)


def changing_paths() -> list[str]:
    return [r.path for r in pages.ROUTES if isinstance(r, Route) and r.methods == {"POST"}]


def test_reading_never_changes_anything(site: Site, visitor: Visitor) -> None:
    # Where a page of its own stands at the same address, that page shows and changes nothing: its own tests say so.
    shown = {r.path for r in pages.ROUTES if isinstance(r, Route) and "GET" in (r.methods or ())}
    assert {"/unlock", "/setup/place", "/setup/backup"} <= shown
    paths = [path.replace("{job}", "x") for path in changing_paths() if path not in shown]
    assert len(paths) >= 20
    assert {"/language", "/lock", "/session/close", "/checkup/again", "/actions", "/jobs/x/stop"} <= set(paths)
    visitor.get("/")  # opens the vault
    for path in paths:
        for method in ("GET", "HEAD"):
            assert visitor.client.request(method, path, params={"csrf": visitor.token()}).status_code in {404, 405}, (
                path
            )
    assert site.context.door.is_open
    assert visitor.get("/settings").status_code == 200


# -- methods, paths, sizes, time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_foreign_methods_are_refused(site: Site, method: str) -> None:
    raw = wire.request(site, "/settings", method=method)
    assert wire.status(wire.send(site, raw)) in {400, 405}


@pytest.mark.parametrize(
    "target",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static/vendor/../../__init__.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..%5capp.py",
        "/static/style.css%00.html",
        "/static/",
        "/static/vendor",
    ],
)
def test_no_address_leads_to_another_file(site: Site, visitor: Visitor, target: str) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())
    answer = wire.send(site, wire.request(site, target, f"Cookie: {cookie}"))
    assert wire.status(answer) == 404
    assert b"root:" not in answer
    assert b"import" not in answer


def test_unprintable_paths_lead_nowhere(visitor: Visitor) -> None:
    for path in ("/settings%0d%0aset-cookie:x=1", "/%e2%80%ae", "/%ff%fe"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "x" not in answer.cookies


def test_a_long_address_is_refused(visitor: Visitor) -> None:
    assert visitor.get("/settings?" + "a" * gate.MAX_ADDRESS).status_code == 414
    assert visitor.get("/settings?" + "a" * 2000).status_code == 200


def test_a_large_form_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/language", {"filler": "a" * forms.MAX_BODY}).status_code == 413
    assert visitor.post("/language", {"filler": "a" * (forms.MAX_BODY - 1000)}).status_code == 303


def test_a_large_form_that_hides_its_size_is_refused(visitor: Visitor) -> None:
    body = urlencode({"csrf": visitor.token(), "filler": "a" * forms.MAX_BODY}).encode()

    def pieces() -> Iterator[bytes]:
        yield body[:1000]
        yield body[1000:]

    answer = visitor.client.post("/language", content=pieces(), headers={"content-type": FORM})
    assert answer.status_code == 413


def test_very_many_fields_are_refused(visitor: Visitor) -> None:
    body = f"csrf={visitor.token()}" + "&a=" * (forms.MAX_FIELDS + 1)
    assert visitor.client.post("/language", content=body, headers={"content-type": FORM}).status_code == 415


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/json", b"{}"),
        ("text/plain", b"csrf={token}"),
        ("", b"csrf={token}"),
        (FORM, b"\xff\xfe"),
        (FORM, b"csrf={token}&language=%ff"),
        (FORM, b"csrf={token}&&;nonsense"),
    ],
)
def test_only_plain_forms_are_read(visitor: Visitor, kind: str, body: bytes) -> None:
    content = body.replace(b"{token}", visitor.token().encode())
    answer = visitor.client.post("/language", content=content, headers={"content-type": kind})
    assert answer.status_code == 415


def test_a_packed_form_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/language", {"language": "zh_CN"}, **{"content-encoding": "gzip"}).status_code == 415


def test_a_long_header_is_refused_in_words(site: Site) -> None:
    for size, status in ((gate.MAX_HEADERS, 431), (20 * gate.MAX_HEADERS, 400)):
        answer = wire.send(site, wire.request(site, "/", "X-Filler: " + "a" * size))
        assert wire.status(answer) == status
        assert POLICY.encode() in answer
        assert b"Phoneward" in answer


def test_who_sends_headers_slowly_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEADER_TIMEOUT_S", 0.5)
    for first in (b"", b"GET / HTTP/1.1\r\nHost: "):
        with wire.connected(site, timeout_s=10) as connection:
            began = time.monotonic()
            connection.sendall(first)
            assert wire.receive_all(connection) == b""
            assert time.monotonic() - began < 5


def test_a_second_request_on_the_connection_must_not_be_slow_either(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEADER_TIMEOUT_S", 0.5)
    with wire.connected(site, timeout_s=10) as connection:
        host = f"Host: 127.0.0.1:{site.context.port}\r\n"
        connection.sendall(f"GET /static/icon.svg HTTP/1.1\r\n{host}\r\n".encode())
        answer = b""
        while not answer.endswith(b"</svg>\n"):
            answer += connection.recv(65536)
        connection.sendall(b"GET / HT")  # the time-out of an idle connection no longer counts now
        assert wire.receive_all(connection) == b""


def test_who_sends_a_form_slowly_is_let_go(site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.read_form, "__kwdefaults__", {"timeout_s": 0.5})
    cookie = f"{site.context.cookie}={visitor.client.cookies[site.context.cookie]}"
    lines = [f"Cookie: {cookie}", f"Content-Type: {FORM}", "Content-Length: 100"]
    with wire.connected(site, timeout_s=10) as connection:
        connection.sendall(wire.request(site, "/language", *lines, method="POST", body=b"csrf="))
        assert wire.status(wire.receive_all(connection)) == 408


def test_connections_are_bounded(site: Site) -> None:
    import contextlib

    with contextlib.ExitStack() as stack:
        for _number in range(server_module.MAX_CONNECTIONS):
            stack.enter_context(wire.connected(site))
        time.sleep(0.2)
        assert wire.status(wire.send(site, wire.request(site, "/static/icon.svg"))) == 503
    deadline = time.monotonic() + 10
    while wire.status(wire.send(site, wire.request(site, "/static/icon.svg"))) != 200:
        assert time.monotonic() < deadline


def test_upgrades_are_not_taken(site: Site) -> None:
    lines = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    raw = wire.request(site, "/", *lines).replace(b"Connection: close", b"Connection: Upgrade, close")
    assert wire.status(wire.send(site, raw)) == 401


# -- what every answer says ---------------------------------------------------------------------------------------


def every_path() -> list[str]:
    plain = [re.sub(r"\{[^}]*\}", "x", route.path) for route in pages.ROUTES if isinstance(route, Route)]
    return sorted({*plain, "/static/style.css", "/nothing", "/enter?token=x"})


def assert_hardened(answer: httpx.Response) -> None:
    headers = answer.headers
    policy = headers["content-security-policy"]
    if answer.url.path.startswith("/content/"):  # what was on a phone is allowed even less than a page of ours
        assert policy == "sandbox; default-src 'none'"
    elif answer.url.path == "/setup/kit/sheet.html" and answer.status_code == 200:  # its own style, and nothing else
        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-[^']+'; "
            r"frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            policy,
        )
    else:
        assert policy == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert "server" not in headers


def test_every_answer_is_hardened(site: Site, visitor: Visitor) -> None:
    assert len(every_path()) > 12
    for path in every_path():
        for client in (visitor.client, site.stranger()):
            for method in ("GET", "POST", "PUT"):
                answer = client.request(method, path)
                assert_hardened(answer)
                is_file = path.startswith("/static/") and answer.status_code == 200
                assert ("no-store" in answer.headers["cache-control"]) is not is_file, path
                if path.startswith("/enter"):
                    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_policy_allows_nothing_inline_or_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'"}


def test_no_page_holds_inline_script_or_style() -> None:
    folder = Path(server_module.__file__).parent / "templates"
    for template in folder.glob("*.html"):
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|\|\s*safe", text), (
            template
        )


def test_nobody_without_a_session_sees_anything(site: Site) -> None:
    for path in every_path():
        answer = site.stranger().get(path)
        if path.startswith("/static/"):
            continue
        assert answer.status_code in {401, 403}, path
        assert str(site.context.door.place()) not in answer.text


def test_a_fault_of_a_page_shows_no_traceback(site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(site.context.checkups, "latest", broken)
    answer = visitor.get("/")
    assert answer.status_code == 500
    assert "Phoneward made a mistake of its own." in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert_hardened(answer)
    assert [str(fault) for fault in site.faults] == ["the secret inside"]
    site.faults.clear()


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:x"]
)
def test_a_form_leads_nowhere_else(visitor: Visitor, after: str) -> None:
    assert visitor.post("/language", {"next": after}).headers["location"] == "/"
