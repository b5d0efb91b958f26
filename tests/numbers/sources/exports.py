"""Exports of password managers as each makes them, with secrets planted wherever one can stand.

The forms are those of the programs' own sources (see the parsers); every value is made up.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SECRETS = (
    "Pa55word-planted-1",
    "JBSWY3DPEHPK3PXPPLANTED",
    "a note that is planted",
    "4111111111111111",
    "recovery-code-planted",
    "former-planted-password",
)
"""Password, seed, note, card, further field, password history."""
PASSWORD, SEED, NOTE, CARD, FIELD, FORMER = SECRETS
MAIL = "anna.planted@example.com"
"""A user name that is no number is not kept either."""


class Login(NamedTuple):
    """What the person's entries say, in every format."""

    title: str
    url: str
    user: str


LOGINS = (
    Login("京东", "https://passport.jd.com/new/login.aspx?token=Pa55word-planted-1", "138 0013 8000"),
    Login("Google", "https://accounts.google.com/", MAIL),
    Login("Small shop", "https://login.small-shop.co.uk/account", MAIL),
    Login("Router", "http://192.168.1.1/", "admin"),
)
EXPECTED = {"jd": "account", "google": "weak", "~smallshopcouk": "weak"}


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(header: str, rows: Sequence[Sequence[str]], *, quoted: bool = False) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue()


def bitwarden_json() -> str:
    items: list[dict[str, object]] = [
        {
            "id": "1",
            "type": 1,
            "name": one.title,
            "notes": NOTE,
            "favorite": False,
            "fields": [{"name": "recovery", "value": FIELD, "type": 1}],
            "login": {
                "uris": [{"match": None, "uri": one.url}],
                "username": one.user,
                "password": PASSWORD,
                "totp": SEED,
                "fido2Credentials": [{"keyValue": SEED}],
            },
            "passwordHistory": [{"lastUsedDate": "2023-01-01T00:00:00.000Z", "password": FORMER}],
            "creationDate": "2023-01-01T00:00:00.000Z",
            "revisionDate": "2024-05-06T07:08:09.123Z",
            "deletedDate": None,
        }
        for one in LOGINS
    ]
    items.append({"type": 3, "name": "Card", "card": {"number": CARD, "code": "123"}})
    items.append({"type": 2, "name": "Note", "notes": NOTE, "secureNote": {"type": 0}})
    return json.dumps({"encrypted": False, "folders": [], "items": items}, indent=2)


def onepassword_data() -> str:
    items: list[dict[str, object]] = [
        {
            "uuid": "x",
            "favIndex": 0,
            "createdAt": 1600000000,
            "updatedAt": 1700000000,
            "state": "active",
            "categoryUuid": "001",
            "details": {
                "loginFields": [
                    {"value": one.user, "id": "", "name": "user", "fieldType": "T", "designation": "username"},
                    {"value": PASSWORD, "id": "", "name": "p", "fieldType": "P", "designation": "password"},
                    {
                        "value": {"email_address": MAIL},
                        "id": "",
                        "name": "e",
                        "fieldType": "E",
                        "designation": "username",
                    },
                ],
                "notesPlain": NOTE,
                "sections": [{"title": "", "fields": [{"title": "otp", "id": "t", "value": {"totp": SEED}}]}],
                "passwordHistory": [{"value": FORMER, "time": 1}],
            },
            "overview": {
                "subtitle": one.user,
                "title": one.title,
                "url": one.url,
                "urls": [{"label": "", "url": one.url}],
            },
        }
        for one in LOGINS
    ]
    items.append(
        {
            "categoryUuid": "002",
            "details": {"sections": [{"fields": [{"value": {"creditCardNumber": CARD}}]}]},
            "overview": {"title": "Card"},
        }
    )
    return json.dumps({"accounts": [{"attrs": {"email": MAIL}, "vaults": [{"attrs": {}, "items": items}]}]})


def archive(members: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return stream.getvalue()


def onepassword() -> bytes:
    return archive(
        {
            "export.attributes": json.dumps({"version": 3, "description": "1Password Unencrypted Export"}),
            "export.data": onepassword_data(),
            "files/one__note.txt": NOTE,
        }
    )


def keepass_xml() -> str:
    def string(key: str, value: str) -> str:
        protected = ' ProtectInMemory="True"' if key == "Password" else ""
        text = value.replace("&", "&amp;")
        return f"<String><Key>{key}</Key><Value{protected}>{text}</Value></String>"

    def entry(one: Login) -> str:
        fields = {
            "Notes": NOTE,
            "Password": PASSWORD,
            "Title": one.title,
            "URL": one.url,
            "UserName": one.user,
            "otp": SEED,
        }
        former = (
            f"<History><Entry>{string('Password', FORMER)}{string('URL', 'https://former.example')}</Entry></History>"
        )
        times = "<Times><LastModificationTime>2024-05-06T07:08:09Z</LastModificationTime></Times>"
        return f"<Entry>{times}{''.join(string(*item) for item in fields.items())}{former}</Entry>"

    groups = f"<Group><Name>Root</Name>{entry(LOGINS[0])}<Group>{''.join(map(entry, LOGINS[1:]))}</Group></Group>"
    meta = f"<Meta><Generator>KeePass</Generator><DatabaseDescription>{NOTE}</DatabaseDescription></Meta>"
    head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    return f"{head}<KeePassFile>{meta}<Root>{groups}</Root></KeePassFile>"


def keepass1_csv() -> str:
    rows = [[one.title, one.user, PASSWORD, one.url, NOTE + ' "quoted" \\ back'] for one in LOGINS]
    header = ["Account", "Login Name", "Password", "Web Site", "Comments"]
    return "\r\n".join(
        ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in row)
        for row in [header, *rows]
    )


def dashlane_csv() -> str:
    return table(
        "username,username2,username3,title,password,note,url,category,otpUrl",
        [
            [one.user, "", MAIL, one.title, PASSWORD, NOTE, one.url, "", f"otpauth://totp/x?secret={SEED}"]
            for one in LOGINS
        ],
    )


def every() -> Iterator[tuple[str, str, bytes]]:
    """Yield each kind, a file name that says nothing of it, and its content."""
    yield "bitwarden-json", "a.json", bitwarden_json().encode()
    yield "1password-1pux", "b.1pux", onepassword()
    yield "keepass-xml", "c.xml", keepass_xml().encode()
    tables = {
        "bitwarden-csv": table(
            "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp",
            [["", "", "login", one.title, NOTE, FIELD, "0", one.url, one.user, PASSWORD, SEED] for one in LOGINS]
            + [["", "", "note", "Note", NOTE, "", "0", "", "", "", ""]],
        ),
        "keepassxc-csv": table(
            "Group,Title,Username,Password,URL,Notes,TOTP,Icon,Last Modified,Created",
            [
                ["Root", one.title, one.user, PASSWORD, one.url, NOTE, SEED, "0", "2024-05-06T07:08:09Z", ""]
                for one in LOGINS
            ],
            quoted=True,
        ),
        "keepass-csv": keepass1_csv(),
        "chrome-csv": table(
            "name,url,username,password,note",
            [[one.title, one.url, one.user, PASSWORD, NOTE + "\nsecond line"] for one in LOGINS],
        ),
        "firefox-csv": table(
            "url,username,password,httpRealm,formActionOrigin,guid,timeCreated,timeLastUsed,timePasswordChanged",
            [[one.url, one.user, PASSWORD, "", "", "{1}", "1", "2", "1714979289123"] for one in LOGINS],
            quoted=True,
        ),
        "apple-csv": table(
            "Title,URL,Username,Password,Notes,OTPAuth",
            [[one.title, one.url, one.user, PASSWORD, NOTE, f"otpauth://totp/a?secret={SEED}"] for one in LOGINS],
        ),
        "1password-csv": table(
            "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes",
            [[one.title, one.url, one.user, PASSWORD, SEED, "false", "false", "", NOTE] for one in LOGINS],
        ),
        "lastpass-csv": table(
            "url,username,password,totp,extra,name,grouping,fav",
            [[one.url, one.user, PASSWORD, SEED, NOTE, one.title, "", "0"] for one in LOGINS],
        ),
        "proton-csv": table(
            "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault",
            [
                ["login", one.title, one.url, "", one.user, PASSWORD, NOTE, SEED, "1", "1714979289", ""]
                for one in LOGINS
            ],
        ),
        "dashlane-csv": dashlane_csv(),
    }
    for number, (kind, text) in enumerate(tables.items()):
        yield kind, f"t{number}.csv", text.encode()
    members: dict[str, bytes | str] = {"credentials.csv": dashlane_csv(), "payments.csv": CARD, "securenotes.csv": NOTE}
    yield "dashlane-zip", "d.zip", archive(members)
