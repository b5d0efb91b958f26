"""Exports of password managers: what they show, what is never looked at, and files that are not what they should be."""

import base64
import json
import re
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.errors import (
    EncryptedExportError,
    KeePassDatabaseError,
    PasswordsFileError,
    UnknownPasswordsFileError,
)
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.passwords import reading, tables, zipped
from phoneward.numbers.sources.passwords.entry import app_of, host_of, phone_of, site_of, written_time
from phoneward.numbers.sources.passwords.reading import read_passwords
from tests.numbers.sources import exports
from tests.numbers.sources.made import MINE, made_up_rulebook

EVERY = {kind: (name, content) for kind, name, content in exports.every()}
WITH_TIMES = {
    kind for kind in EVERY if kind.startswith(("firefox", "keepassxc", "proton", "bitwarden-j", "1password-1"))
}


def read(folder: Path, content: bytes | str, name: str = "export") -> Gathered:
    return read_passwords(exports.write(folder, name, content), made_up_rulebook())


@pytest.mark.parametrize("kind", EVERY)
def test_every_manager_is_known_by_its_content_and_shows_the_same_accounts(kind: str, tmp_path: Path) -> None:
    _name, content = EVERY[kind]
    found = read(tmp_path, content, "no-name")
    assert found.looked_at[0].kind == kind
    assert found.looked_at[0].items == len(exports.LOGINS)
    assert {one.key: one.grade.value for one in found.accounts} == exports.EXPECTED
    assert [(one.reason, one.count) for one in found.missed] == [("no-service", 1)], "the router at home"
    assert (found.looked_at[0].last is not None) == (kind in WITH_TIMES | {"keepass-xml"})
    inventory = combined([found], region="CN")
    assert {one.key: set(one.numbers) for one in inventory.accounts}["jd"] == {MINE}
    assert [(one.e164, one.hint) for one in inventory.own] == [(MINE, "entry")]


@pytest.mark.parametrize("kind", EVERY)
def test_no_secret_is_in_what_is_made_of_an_export(kind: str, tmp_path: Path) -> None:
    shown = repr(combined([read(tmp_path, EVERY[kind][1])], region="CN"))
    for secret in (*exports.SECRETS, exports.MAIL):
        for form in (secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex()):
            assert form not in shown


def test_a_user_name_that_only_looks_like_a_number_is_none(tmp_path: Path) -> None:
    found = read(tmp_path, exports.table("name,url,username,password", [["JD", "jd.com", "1234567", "x"]]))
    assert found.accounts[0].grade.value == "account", "before anybody knows the country"
    (account,) = combined([found], region="CN").accounts
    assert (account.grade.value, account.numbers) == ("weak", frozenset())


def test_apps_and_several_pages_of_one_entry_are_known(tmp_path: Path) -> None:
    rows = [
        ["", "android://aGFzaA==@com.jingdong.app.mall/", "u", "p"],
        ["", "androidapp://com.taobao.taobao", "u", "p"],
        ["", "https://www.google.com,https://mail.example.org", "u", "p"],
        ["Tmall", "", "u", "p"],
        ["Alibaba", "", "u", "p"],
    ]
    found = read(tmp_path, exports.table("name,url,username,password", rows))
    assert {one.key: one.count for one in found.accounts} == {"jd": 1, "alibaba": 2, "google": 1}


def test_a_password_of_digits_is_no_user_name(tmp_path: Path) -> None:
    data = exports.onepassword_data().replace("138 0013 8000", "anna").replace(exports.PASSWORD, "13900139000")
    found = combined([read(tmp_path, exports.archive({"export.data": data}))], region="CN")
    assert [one.numbers for one in found.accounts] == [frozenset()] * 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "utf-16-be"])
def test_tables_that_a_spreadsheet_saved_are_read(encoding: str, tmp_path: Path) -> None:
    text = EVERY["chrome-csv"][1].decode()
    bom = b"\xfe\xff" if encoding == "utf-16-be" else b""
    for delimiter in (",", ";", "\t"):
        cells = text.replace(",", delimiter)
        found = read(tmp_path, bom + cells.encode(encoding))
        assert {one.key: one.grade.value for one in found.accounts} == exports.EXPECTED


@pytest.mark.parametrize("kind", ["bitwarden-json", "keepass-xml"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_that_an_editor_saved_otherwise_are_read(kind: str, encoding: str, tmp_path: Path) -> None:
    text = EVERY[kind][1].decode().replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    found = read(tmp_path, text.encode(encoding))
    assert {one.key: one.grade.value for one in found.accounts} == exports.EXPECTED


def test_a_cell_that_a_spreadsheet_would_carry_out_does_no_harm(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://evil.example";"x")'
    rows = [[evil, "https://+cmd.jd.com", evil, evil], [evil, "=cmd|'/c calc'!A1", "13800138000", evil]]
    found = combined([read(tmp_path, exports.table("name,url,username,password", rows))], region="CN")
    assert not re.search(r"['\"][=+@\-][a-zA-Z]", repr(found))


# -- files that are not what they should be ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY)
def test_a_file_that_was_cut_short_is_refused_as_a_whole(kind: str, tmp_path: Path) -> None:
    content = EVERY[kind][1]
    cuts = [int(len(content) * share) for share in (0.3, 0.6, 0.9, 0.99)]
    if kind.endswith("-csv"):  # within its last column nobody can tell that a table was cut
        cuts = [content.rindex(b",", 0, cut) - 1 for cut in cuts]
        cuts = [cut for cut in cuts if content.count(b"\n", 0, cut)]
    for cut in cuts:
        with pytest.raises(PhonewardError) as caught:
            read(tmp_path, content[:cut])
        said = caught.value.sentence() + caught.value.advice() + repr(caught.value.details)
        assert not any(secret in said for secret in exports.SECRETS)
        hidden = caught.value.__suppress_context__ or caught.value.__context__ is None
        assert hidden, "a cause could name what stands in the file"


BOMB = '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><KeePassFile><Root>&b;</Root></KeePassFile>'
OUTSIDE = '<!DOCTYPE k SYSTEM "file:///etc/passwd"><KeePassFile><Root/></KeePassFile>'


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (BOMB, PasswordsFileError),
        (OUTSIDE, PasswordsFileError),
        ("<KeePassFile>" + "<Group>" * 100_000, PasswordsFileError),
        ("<KeePassFile>" + "<Group>" * 500 + "</Group>" * 500 + "</KeePassFile>", PasswordsFileError),
        ('{"items": ' + "[" * 200_000, PasswordsFileError),
        ('{"items": [' + '{"type": 1, "x": ' * 100_000, PasswordsFileError),
        ('{"items": {"type": "Pa55word-planted-1"}}', PasswordsFileError),
        ('{"encrypted": true, "passwordProtected": true, "data": "2.x"}', EncryptedExportError),
        ('{"encrypted": true, "encKeyValidation_DO_NOT_EDIT": "2.x", "items": []}', EncryptedExportError),
        ('{"some": "json"}', UnknownPasswordsFileError),
        (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + b"\0" * 40, KeePassDatabaseError),
        (exports.archive({"x.txt": "y"}), UnknownPasswordsFileError),
        (exports.archive({"../export.data": "{}", "/export.data": "{}"}), UnknownPasswordsFileError),
        (exports.archive({"export.data": b"\xff\xfe not json"}), PasswordsFileError),
        ("name,url,username,password\na,b,c\n", PasswordsFileError),
        ('name,url,username,password\n"a,b,c,d\n', PasswordsFileError),
        ('name,url,username,password\na,b,c,"d\n', PasswordsFileError),
        ("what,ever\n1,2\n", UnknownPasswordsFileError),
        ("<html></html>", UnknownPasswordsFileError),
        (b"", UnknownPasswordsFileError),
        (b"\x00" * 5_000, UnknownPasswordsFileError),
    ],
)
def test_what_is_no_whole_export_is_said_and_nothing_of_it_used(
    content: bytes | str, error: type[PhonewardError], tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        read(tmp_path, content, "file\x1b[2J.csv")
    assert "\x1b" not in caught.value.sentence()


def test_archives_that_are_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE", 1 << 20)
    with pytest.raises(PasswordsFileError):
        read(tmp_path, exports.archive({"export.data": b'{"accounts": []' + b" " * (4 << 20) + b"}"}))
    whole = bytearray(exports.onepassword())
    struct.pack_into("<I", whole, whole.rindex(b"PK\x05\x06") + 12, 0xFFFFFFFF)
    with pytest.raises(PasswordsFileError):
        read(tmp_path, bytes(whole))
    with monkeypatch.context() as patch:
        patch.setattr(zipped, "_MAX_DIRECTORY", 100)
        with pytest.raises(PasswordsFileError):
            read(tmp_path, exports.onepassword())
    with pytest.raises(PasswordsFileError):
        read(tmp_path, b"name,url,username,password\n" + b"a,b,c,d\n" * (1 << 18))
    encrypted = bytearray(exports.onepassword())
    for at in [found.start() for found in re.finditer(b"PK\x01\x02", encrypted)]:
        encrypted[at + 8] |= 1
    with pytest.raises(PasswordsFileError):
        read(tmp_path, bytes(encrypted))


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    with pytest.raises(PasswordsFileError):
        read(tmp_path, EVERY["chrome-csv"][1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(kind=st.sampled_from(sorted(EVERY)), junk=st.binary(max_size=40), at=st.floats(0, 1), gone=st.integers(0, 30))
def test_whatever_stands_in_a_file_it_is_read_or_refused(
    kind: str, junk: bytes, at: float, gone: int, tmp_path: Path
) -> None:
    content = EVERY[kind][1]
    place = int(at * len(content))
    try:
        found = read(tmp_path, content[:place] + junk + content[place + gone :])
    except PhonewardError:
        return
    assert sum(one.count for one in found.accounts) <= 20 * found.looked_at[0].items


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["items", "type", "login", "uris"]), inner)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(items=JSON, accounts=JSON)
def test_json_of_any_shape_is_read_or_refused(items: object, accounts: object, tmp_path: Path) -> None:
    for content in (
        json.dumps({"items": items, "encrypted": False}),
        exports.archive({"export.data": json.dumps({"accounts": accounts})}),
    ):
        try:
            read(tmp_path, content)
        except PhonewardError:
            continue


# -- the parts of an entry -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "host"),
    [
        ("https://user:Pa55word@login.example.com:8443/x?y=z#t", "login.example.com"),
        ("Example.COM", "example.com"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("http://192.168.1.1", None),
        ("http://[::1]/", None),
        ("http://[", None),
        ("nas.local", None),
        ("localhost", None),
        ("Pa55word.1", None),
        ("", None),
        ("androidapp://com.x", None),
        ("javascript:alert(1)", None),
        ("https://" + "a" * 5_000, None),
    ],
)
def test_of_an_address_only_the_host_is_used(page: str, host: str | None) -> None:
    if page.startswith("androidapp"):
        assert app_of(page) == "com.x"
    else:
        assert host_of(page) == host


@pytest.mark.parametrize(
    ("host", "site"),
    [("a.b.example.co.uk", "example.co.uk"), ("www.x.com", "x.com"), ("x.cn", "x.cn"), ("co.uk", "co.uk")],
)
def test_pages_of_one_site_are_one(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("user", "phone"),
    [
        ("+86 138-0013-8000", "+8613800138000"),
        (" 13800138000 ", "13800138000"),
        ("(030) 1234567", "0301234567"),
        ("(415) 555-2671", "4155552671"),
        ("()555 26", None),
        ("anna", None),
        ("123", None),
        ("12345678901234567890", None),
        ("١٣٨٠٠١٣٨٠٠٠", None),
    ],
)
def test_user_names_that_can_be_numbers(user: str, phone: str | None) -> None:
    assert phone_of(user) == phone


@given(st.text(max_size=60))
def test_no_address_no_user_name_and_no_time_breaks_anything(text: str) -> None:
    host_of(text), app_of(text), phone_of(text), written_time(text)
    host_of("https://" + text)
