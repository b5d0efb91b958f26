"""Looking at what is in the vault: lists, folders, files, search, versions, differences, coverage; hostile names."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote_to_bytes

import msgspec
import pytest
from markupsafe import escape

from phoneward.snapshots import Catalogue, FileProof, ProofLevel, change_state, encode_coverage, name_phone
from phoneward.vault import (
    BlobType,
    LocalStorage,
    Snapshot,
    StorageFullError,
    find_node,
    load_snapshots,
    open_repository,
    save_snapshot,
)
from phoneward.web.addresses import quoted
from phoneward.web.pages import browse
from tests.snapshots.catalogue.histories import File, Tree, forget, put_snapshot
from tests.web.holding import GAPS, HOSTILE, LONG, MANY, Holding, coverage, holding
from tests.web.site import PASSWORD, Visitor

HREF = re.compile(r'href="([^"]*)"')


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    with holding(tmp_path_factory.mktemp("held")) as one:
        one.site.context.library.begin()
        for job in one.site.context.jobs.all():
            assert job.ended.wait(60)
        yield one
        assert one.site.faults == []


@pytest.fixture(scope="module")
def visitor(held: Holding) -> Visitor:
    return held.site.visitor()


def links(text: str) -> list[str]:
    return [unescape(found) for found in HREF.findall(text)]


def test_the_list_is_newest_first_and_names_what_was_cut_short(held: Holding, visitor: Visitor) -> None:
    text = visitor.get("/snapshots").text
    order = (held.snapshots[2], held.partial, held.snapshots[1], held.snapshots[0])
    places = [text.index(f"/snapshots/{snapshot.id}") for snapshot in order]
    assert places == sorted(places)
    assert text.count("cut short") == 1
    assert "&lt;i&gt;Tablet" in text
    assert "<i>Tablet" not in text


def test_the_list_can_be_of_one_phone(held: Holding, visitor: Visitor) -> None:
    text = visitor.get("/snapshots?phone=tablet").text
    assert f"/snapshots/{held.newest}" not in text
    assert "1 snapshot<" in text


def test_hostile_names_are_inert_and_lead_to_their_own_file(held: Holding, visitor: Visitor) -> None:
    text = visitor.get(f"/snapshots/{held.newest}/files?path=/shared/Hostile").text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert "line\\x0aend.txt" in text
    found = {unquote_to_bytes(link.partition("path=")[2]) for link in links(text) if "/file?" in link}
    assert found == {b"/shared/Hostile/" + name for name in HOSTILE}
    for name, file in HOSTILE.items():
        path = quoted(b"/shared/Hostile/" + name)
        assert visitor.get(f"/snapshots/{held.newest}/file?path={path}").status_code == 200, name
        assert visitor.get(f"/content/{held.newest}?path={path}").content == file.content


def test_a_path_longer_than_an_address_is_named_without_a_link(held: Holding, visitor: Visitor) -> None:
    path = b"/shared/Deep" + (b"/" + LONG) * 4
    text = visitor.get(f"/snapshots/{held.newest}/files?path={quoted(path)}").text
    assert "马" * 85 in text
    assert not [link for link in links(text) if len(link) > 4096]
    assert [link for link in links(text) if link.endswith(quoted(path + b"/" + LONG))]
    deeper = visitor.get(f"/snapshots/{held.newest}/files?path={quoted(path + b'/' + LONG)}").text
    assert not [link for link in links(deeper) if link.endswith(quoted(path + (b"/" + LONG) * 2))]
    assert "马" * 85 in deeper


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/shared/../../../etc/passwd",
        "%2e%2e%2fetc%2fpasswd",
        "/shared/link/x",
        "/shared/%00",
        "/nothing",
    ],
)
@pytest.mark.parametrize("page", ["/snapshots/{id}/files", "/snapshots/{id}/file", "/content/{id}", "/restore"])
def test_no_path_leads_out_of_the_snapshot(held: Holding, visitor: Visitor, page: str, path: str) -> None:
    address = f"{page.format(id=held.newest)}?path={path}&snapshot={held.newest}"
    answer = visitor.get(address)
    assert answer.status_code == 404, answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", ["..%2f..%2fconfig", "0" * 64, "ffff", "%3Cscript%3E"])
def test_a_wrong_id_is_said_on_a_page(visitor: Visitor, name: str) -> None:
    for page in (f"/snapshots/{name}", f"/snapshots/{name}/files", f"/content/{name}"):
        answer = visitor.get(page)
        assert answer.status_code == 404
        assert "<script>" not in answer.text.replace("<script src", "")


def test_eight_digits_of_an_id_are_enough_and_no_fewer(held: Holding, visitor: Visitor) -> None:
    assert visitor.get(f"/snapshots/{held.newest[:8]}").status_code == 200
    assert visitor.get(f"/snapshots/{held.newest[:7]}").status_code == 404
    assert visitor.get(f"/snapshots/{held.newest}0").status_code == 404


def test_a_large_folder_comes_in_pages(held: Holding, visitor: Visitor) -> None:
    base, seen, address = f"/snapshots/{held.newest}/files", 0, "?path=/shared/Many"
    for _page in range(3):
        text = visitor.get(base + address).text
        rows = [link for link in links(text) if "/file?" in link]
        assert len(rows) <= 200
        seen += len(rows)
        further = re.search(r'rel="next" href="([^"]*)"', text)
        address = unescape(further[1]) if further else ""
    assert seen == MANY
    assert not address
    for number in ("0", "-5", "99999999999999999999", "x", "%00"):
        assert visitor.get(f"{base}?path=/shared/Many&page={number}").status_code == 200


def test_a_search_finds_it_on_every_phone_with_its_versions(visitor: Visitor) -> None:
    text = visitor.get("/search?q=notes").text
    assert "1 found" in text
    assert "2 versions" in text
    assert visitor.get("/search?q=%3Cscript").text.count("<script>") == 0
    assert "Nothing of this name" in visitor.get("/search?q=no-such-name").text
    long = visitor.get("/search?q=" + "ab" * 150).text
    assert f'value="{"ab" * 100}"' in long
    many = visitor.get("/search?q=IMG_").text
    assert many.count("/versions?") == 50


def test_versions_say_since_when_a_file_is_gone(held: Holding, visitor: Visitor) -> None:
    text = visitor.get("/versions?path=/shared/Documents/notes.txt").text
    assert "It is gone since the snapshot of" in text
    contents = [link for link in links(text) if link.startswith("/content/")]
    assert [visitor.get(link).content for link in contents] == [b"one", b"two!"]  # the partial one holds the first, too
    assert "It is in the newest snapshot" in visitor.get("/versions?path=/shared/Documents/same.txt").text
    assert held.newest


def test_versions_can_be_of_one_phone(visitor: Visitor) -> None:
    path = "/versions?path=/shared/tablet.txt"
    for phone, has_it in (("", True), ("tablet", True), ("another", False)):
        assert ("1 version" in visitor.get(f"{path}&phone={phone}").text) == has_it, phone


def test_how_sure_a_file_is_is_said_in_one_sentence(held: Holding, visitor: Visitor) -> None:
    """A file that the phone twice read otherwise is never called sure, whatever else is known."""
    assert (
        "says nothing about how sure"
        in visitor.get(f"/snapshots/{held.newest}/file?path=/shared/Documents/same.txt").text
    )
    now = dt.datetime.now(dt.UTC)
    for level in ProofLevel:
        proof = FileProof(level, now, now, now, None, "mismatch")
        assert "look at it before you rely on it" in browse._proof_words(proof)
        assert "look at it" not in browse._proof_words(dataclasses.replace(proof, note=""))


def test_differences_are_counted_filtered_and_lead_to_the_file(held: Holding, visitor: Visitor) -> None:
    one, two, three = (snapshot.id for snapshot in held.snapshots)
    text = visitor.get(f"/differences?from={one}&to={two}").text
    assert "0 added, 0 removed, 1 changed" in re.sub(r"\s+", " ", text)
    gone = visitor.get(f"/differences?from={two}&to={three}&show=removed").text
    assert f"/snapshots/{two}/file?path=/shared/Documents/notes.txt" in unescape(gone)
    assert "Nothing differs" in visitor.get(f"/differences?from={two}&to={three}&show=added").text
    made_up = visitor.get(f"/differences?from={two}&to={three}&show=made-up")
    assert "notes.txt" in made_up.text


def test_coverage_says_what_is_missing_and_what_to_do(held: Holding, visitor: Visitor) -> None:
    text = visitor.get(f"/snapshots/{held.newest}/coverage").text
    assert "Text messages kept: 1,234." in text
    assert "lose at least 700 B" in text
    assert "What you can do" in text
    apps = f"/snapshots/{held.newest}/coverage/apps"
    first = visitor.get(apps).text
    assert first.index("app119<") < first.index("app117<")
    assert "WeChat" not in first  # kept: not among the worst
    kept = visitor.get(f"{apps}?state=kept").text
    assert "app002<" in kept
    assert "app117<" not in kept
    missing = visitor.get(f"/snapshots/{held.newest}/coverage/missing?page=3").text
    assert f"&lt;b&gt;gap{GAPS - 1}" in missing
    assert "And 7 more that are not named" in missing


def test_an_app_is_called_as_people_call_it_and_found_by_that_name(held: Holding, visitor: Visitor) -> None:
    """Somebody who looks for WeChat types that, not its package; the package finds it, too."""
    for text in ("weCHAT", "com.tencent"):
        found = visitor.get(f"/snapshots/{held.newest}/coverage/apps?q={text}").text
        assert "WeChat<br>" in found
        assert found.count("<tr>") == 2  # the heads and the one row
    assert "WeChat" not in visitor.get(f"/snapshots/{held.newest}/coverage/apps?q=wechat&state=out of reach").text


def test_what_another_program_backed_up_is_listed_and_does_not_stand_for_the_phone(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        blob = one.snapshots[0].tree
        foreign = Snapshot(time_ns=one.snapshots[-1].time_ns + 10**18, tree=blob, paths=("/home",), hostname="laptop")
        save_snapshot(one.repo, foreign)
        visitor = one.site.visitor()
        assert "of another program" in visitor.get("/snapshots").text
        assert "laptop" not in visitor.get("/coverage").text
        assert one.site.faults == []


def test_a_snapshot_removed_meanwhile_is_said_and_the_list_goes_on(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        visitor = one.site.visitor()
        assert visitor.get(f"/snapshots/{one.newest}").status_code == 200
        forget(one.repo, one.newest)
        answer = visitor.get(f"/snapshots/{one.newest}/files")
        assert answer.status_code == 404
        assert "This snapshot is not in the vault" in answer.text
        assert f"/snapshots/{one.snapshots[0].id}" in visitor.get("/snapshots").text
        assert one.site.faults == []


def test_the_disk_gone_while_browsing_is_said_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        visitor = one.site.visitor()
        address = f"/snapshots/{one.newest}/files?path=/shared/Documents"
        assert visitor.get(address).status_code == 200
        (tmp_path / "vault").rename(tmp_path / "away")
        for page in (
            address,
            "/snapshots",
            "/search?q=a",
            "/vault",
            "/coverage",
            f"/content/{one.newest}?path=/shared",
        ):
            answer = visitor.get(page)
            assert answer.status_code in {404, 500}, page
            assert "alert" in answer.text
        (tmp_path / "away").rename(tmp_path / "vault")
        assert visitor.get(address).status_code == 200
        assert one.site.faults == []


def test_a_damaged_snapshot_file_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        path = tmp_path / "vault" / "snapshots" / one.newest
        path.chmod(0o600)
        path.write_bytes(b"x" * 200)
        text = one.site.visitor().get("/snapshots").text
        assert 'role="alert"' in text
        assert f"/snapshots/{one.snapshots[0].id}" in text


def test_a_damaged_file_is_named_and_its_neighbours_are_shown(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        damage_data(one, tmp_path)
        visitor = one.site.visitor()
        page = visitor.get(f"/snapshots/{one.newest}/file?path=/shared/Pictures/photo.jpg")
        assert page.status_code == 200
        assert 'role="alert"' in page.text
        assert "photo.jpg" in visitor.get(f"/snapshots/{one.newest}/files?path=/shared/Pictures").text
        answer = visitor.get(f"/content/{one.newest}?path=/shared/Pictures/photo.jpg")
        assert answer.status_code == 500
        assert answer.headers["content-type"].startswith("text/html")


def damage_data(one: Holding, folder: Path) -> None:
    """Damage every pack that holds files, and no folder."""
    node = find_node(one.repo, one.snapshots[-1].tree, b"/shared/Pictures/photo.jpg")
    assert node.content
    one.repo.load_index()
    place = next(one.repo.index.lookup(BlobType.DATA, node.content[0]))
    pack = place.pack
    path = folder / "vault" / "data" / pack[:2] / pack
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[place.entry.offset + 20] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("page", ["/snapshots", "/search?q=a", "/coverage", "/vault", "/restore", "/vault/keys"])
def test_a_locked_vault_asks_for_its_password_and_comes_back(tmp_path: Path, page: str) -> None:
    with holding(tmp_path, password=None) as one:
        answer = one.site.visitor().get(page)
        assert answer.status_code == 303
        assert unquote_to_bytes(answer.headers["location"]).decode() == f"/unlock?next={page}"


def test_another_vault_at_the_door_is_looked_into_from_then_on(tmp_path: Path) -> None:
    with holding(tmp_path / "one") as one, holding(tmp_path / "two") as two:
        visitor = one.site.visitor()
        assert f"/snapshots/{one.newest}" in visitor.get("/snapshots").text
        place = tmp_path / "two" / "vault"
        one.site.context.door.take(place, open_repository(LocalStorage(place), PASSWORD))
        text = visitor.get("/snapshots").text
        assert f"/snapshots/{one.newest}" not in text
        assert visitor.get(f"/content/{two.newest}?path=/shared/Documents/same.txt").content == b"same"
        assert visitor.get(f"/snapshots/{two.newest}/files?path=/shared/Documents").status_code == 200


def test_what_the_person_decided_is_no_snapshot_and_is_read_anew_when_it_changed(tmp_path: Path) -> None:
    with holding(tmp_path) as one:
        visitor = one.site.visitor()
        for name in ("Mum's", "Grandma's"):
            with one.repo.lock(exclusive=False) as lock:
                change_state(one.repo, lock, [name_phone("tablet", name)])
            assert f">{escape(name)}" in visitor.get("/phones").text
        (state,) = (snapshot for snapshot in load_snapshots(one.repo) if "phoneward-state" in snapshot.tags)
        for page in ("", "/files", "/coverage", "/remove"):
            assert visitor.get(f"/snapshots/{state.id}{page}").status_code == 404, page


def test_a_search_that_cannot_be_prepared_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> bool:
        raise StorageFullError(path="/disk", detail="")

    monkeypatch.setattr(Catalogue, "build", full)
    with holding(tmp_path) as one:
        visitor = one.site.visitor()
        for _time in range(3):
            visitor.get("/search?q=notes")
            assert all(job.ended.wait(30) for job in one.site.context.jobs.all())
        assert [job.key for job in one.site.context.jobs.all()] == ["catalogue"]


def test_what_is_kept_to_say_how_sure_files_are_is_bounded(held: Holding, visitor: Visitor) -> None:
    for snapshot in (*held.snapshots, held.partial):
        assert visitor.get(f"/snapshots/{snapshot.id}/file?path=/shared/Documents/same.txt").status_code == 200
    assert visitor.get(f"/snapshots/{held.tablet}/file?path=/shared/tablet.txt").status_code == 200
    assert len(held.site.context.library._proofs) == 4


def test_a_deep_folder_names_the_first_and_the_last_above_it(tmp_path: Path) -> None:
    deep: Tree = {b"end.txt": File(b"deep")}
    for number in reversed(range(20)):
        deep = {b"f%02d" % number: deep}
    with holding(tmp_path) as one:
        snapshot = put_snapshot(one.repo, deep, day=9, device="deep")
        path = "/".join(f"f{number:02}" for number in range(20))
        text = one.site.visitor().get(f"/snapshots/{snapshot.id}/files?path=/{path}").text
        crumbs = re.findall(r"<li><a [^>]*>(f\d\d|…)</a></li>", text)
        assert crumbs == ["f00", "f01", "f02", "f03", "…", "f15", "f16", "f17", "f18"]


def test_the_phone_s_own_apps_do_not_stand_before_the_person_s(tmp_path: Path) -> None:
    """Hundreds of them cannot be backed up, and hold nothing that anybody would miss."""
    made = coverage()
    system = msgspec.structs.replace(
        made.apps[1], package="com.example.system", is_system=True, kept_bytes=0, out_of_reach_bytes=10**12
    )
    document = encode_coverage(msgspec.structs.replace(made, apps=[system, *made.apps]))
    with holding(tmp_path) as one:
        snapshot = put_snapshot(one.repo, {b"coverage.json": File(document), b"shared": {}}, day=9)
        visitor = one.site.visitor()
        text = visitor.get(f"/snapshots/{snapshot.id}/coverage").text.replace("<wbr>", "")
        assert "com.example.app119" in text
        assert "com.example.system" not in text
        every = visitor.get(f"/snapshots/{snapshot.id}/coverage/apps").text.replace("<wbr>", "")
        assert "com.example.system" in every, "it is listed with all"
