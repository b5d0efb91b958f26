"""A sealed case given away: parts that a portal takes, papers for one that takes no archives, the same each time."""

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from phoneward import texts
from phoneward.cases import (
    MIN_PART,
    Case,
    CaseExistsError,
    CaseFacts,
    CaseTextError,
    Device,
    ExportTooLargeError,
    Hand,
    NoSuchItemError,
    NotExportedError,
    Result,
    Source,
    export,
    verify,
)
from phoneward.cases.parts import divide, total_size
from phoneward.incidents import Incident
from tests.cases.killing import contents
from tests.cases.sealed import Sealed


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed case with a video of 700 kB, two pictures and a letter."""
    folder = tmp_path_factory.mktemp("large")
    files = folder / "files"
    files.mkdir()
    (files / ("long" * 29 + ".txt")).write_text("x")
    (files / "video $(touch owned) 'x'.mp4").write_bytes(bytes(range(256)) * 2800)
    for number, colour in enumerate(("red", "blue")):
        noise = Image.effect_noise((1500, 300), 90).convert("RGB")
        noise.paste(colour, (0, 0, 800, 300))
        noise.save(files / f"屏幕截图{number}.png")
    (files / '#image("x") *bold* \u202e.txt').write_text("x")
    case = Case.new(folder / "case", CaseFacts(title="#set page() 案件", incident=Incident.PICTURE_COPIED))
    case.add([files], '#eval("1")')
    with io.BytesIO() as stream:
        Image.new("RGB", (10, 10)).save(stream, "PDF")
        case.add_bytes("letter.pdf", stream.getvalue(), Source(kind="program"), folder="letters")
    case.note("打了电话")
    case.seal()
    return case.folder


def test_one_zip_is_the_bag_and_the_same_each_time(sealed: Sealed, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        made = export(sealed.folder, tmp_path / name)
        assert made.left_out == ()
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.testzip() is None
        packed.extractall(tmp_path / "out")
    assert contents(tmp_path / "out") == contents(sealed.folder)
    assert verify(tmp_path / "out", sealed.roots).result is Result.VERIFIED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "out"]


def test_parts_are_small_enough_and_become_the_bag_again(large: Path, tmp_path: Path) -> None:
    """The commands in the list of parts put a cut file together, whatever its name tries."""
    before = contents(large)
    made = export(large, tmp_path / "parts", most=200_000)
    assert len(made.parts) > 4
    for part in made.parts:
        assert part.size == (tmp_path / "parts" / part.name).stat().st_size <= 200_000
        with zipfile.ZipFile(tmp_path / "parts" / part.name) as packed:
            packed.extractall(tmp_path / "out")
    listed = (tmp_path / "parts" / "PARTS.txt").read_text()
    for command in re.findall(r"^   (cat .*)$", listed, re.MULTILINE):
        subprocess.run(["sh", "-c", command], cwd=tmp_path / "out", check=True)
    assert contents(tmp_path / "out") == before == contents(large)
    assert verify(tmp_path / "out").problems == ()
    assert not (tmp_path / "out" / "owned").exists()
    done = subprocess.run(["sha256sum", "-c", "PARTS.txt"], cwd=tmp_path / "parts", check=True, capture_output=True)
    assert done.stdout.count(b": OK") == len(made.parts)


@given(
    st.lists(st.tuples(st.text("ab空/", min_size=1, max_size=50), st.integers(0, 500_000)), max_size=20),
    st.integers(MIN_PART, 300_000),
)
@settings(max_examples=50)
def test_no_part_is_larger_than_it_may_be_and_nothing_is_lost(files: list[tuple[str, int]], most: int) -> None:
    named = [(f"{number}{path}", size) for number, (path, size) in enumerate(files)]
    parts = divide(named, most)
    for slices in parts:
        assert 22 + sum(one.cost for one in slices) <= most
    found: dict[str, int] = dict.fromkeys((path for path, _size in named), 0)
    for one in (one for slices in parts for one in slices):
        assert one.start == found[one.path]
        found[one.path] += one.size
    assert found == dict(named)
    assert len(divide(named, None)) == 1
    assert total_size(named) == 22 + sum(one.cost for one in divide(named, None)[0])


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_papers_say_what_there_is(large: Path, tmp_path: Path, language: str) -> None:
    """The list names every file with its hash and every line of the log; pictures are there, the letter too."""
    texts.activate([language])
    try:
        made = export(large, tmp_path / "papers", most=400_000, as_pdf=True)
    finally:
        texts.activate(["en"])
    read = {}
    for part in made.parts:
        assert part.size <= 400_000
        read[part.name] = PdfReader(tmp_path / "papers" / part.name)
    first = "".join(page.extract_text() for page in read[made.parts[0].name].pages)
    joined = re.sub(r"[\s\u200b]", "", first)
    case = Case.open(large)
    for item in case.items():
        assert item.sha256 in joined
    assert "#image(_x_)_bold_" in joined
    assert "打了电话" in joined
    assert '#eval("1")' in joined
    assert "#setpage()案件" in joined
    pictures = [page for reader in read.values() for page in reader.pages if page.images]
    assert len(pictures) == 3  # two screenshots, and the letter made of one
    assert any(name.endswith("letter.pdf") for name in read)
    assert made.left_out == ()


def test_redacted_papers_hold_nothing_personal(tmp_path: Path) -> None:
    """Of pictures only the redacted copy, of the list hashes and times; what has no redacted copy is named."""
    for name, colour in (("妈妈的照片.png", "red"), ("地址.png", "green"), ("涂黑.png", "black")):
        Image.new("RGB", (60, 90), colour).save(tmp_path / name)
    facts = CaseFacts(
        title="王家的案件", incident=Incident.PICTURE_COPIED, device=Device(model="OD103", serial="S3R1AL")
    )
    case = Case.new(tmp_path / "case", facts, Hand("王小明"))
    photo, _address = case.add([tmp_path / "妈妈的照片.png", tmp_path / "地址.png"], "给王小明的")
    for of, note, error in (("data/originals/x", "x", NoSuchItemError), (photo.path, " ", CaseTextError)):
        with pytest.raises(error):
            case.add_redacted(tmp_path / "涂黑.png", of, note)
    redacted = case.add_redacted(tmp_path / "涂黑.png", photo.path, "妈妈的脸")
    assert (redacted.path, redacted.of) == ("data/renderings/redacted/涂黑.png", (photo.path,))
    last = list(case.log())[-1]
    assert (last.action.value, last.note, last.of) == ("redact", "妈妈的脸", (photo.path,))
    case.add_bytes("letter.pdf", b"%PDF-1.7", folder="letters")
    case.seal()
    made = export(case.folder, tmp_path / "papers", as_pdf=True, is_redacted=True)
    left = " ".join(map(str, made.left_out))
    assert "地址.png" in left
    assert "letter.pdf" in left
    assert "妈妈的照片.png" not in left
    pictures = []
    for part in made.parts:
        reader = PdfReader(tmp_path / "papers" / part.name)
        told = "".join(page.extract_text() for page in reader.pages)
        for secret in ("妈妈", "王", "S3R1AL", "地址", "涂黑", str(tmp_path)):
            assert secret not in told
        pictures += [image.image for page in reader.pages for image in page.images]
        if not pictures:
            assert photo.sha256 in re.sub(r"[\s\u200b]", "", told)
    (shown,) = pictures
    assert shown is not None
    assert max(shown.convert("L").tobytes()) < 20


def test_a_picture_that_cannot_be_shown_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\xff" * 100)
    (tmp_path / "broken.gif").write_bytes(b"GIF89a\x10\0\x10\0\0\0\0" + b"\xff" * 40)
    case = Case.new(tmp_path / "case", CaseFacts(title="x", incident=Incident.RESET))
    case.add([tmp_path / "broken.png", tmp_path / "broken.gif"])
    case.seal()
    made = export(case.folder, tmp_path / "papers", as_pdf=True)
    assert any("broken.gif is not shown" in str(one) for one in made.left_out)
    assert len(made.parts) == 1


def test_a_broken_or_unsealed_case_is_not_given_away(sealed: Sealed, tmp_path: Path) -> None:
    shutil.copytree(sealed.folder, tmp_path / "bag")
    (tmp_path / "bag" / "data" / "extra").touch()
    with pytest.raises(NotExportedError):
        export(tmp_path / "bag", tmp_path / "out.zip")
    unsealed = Case.new(tmp_path / "unsealed", CaseFacts(title="x", incident=Incident.RESET))
    with pytest.raises(NotExportedError):
        export(unsealed.folder, tmp_path / "out", as_pdf=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag", "unsealed"]


def test_nothing_is_written_over(large: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()
    (tmp_path / "there.zip").write_text("mine")
    for place in (tmp_path / "there", tmp_path / "there.zip"):
        with pytest.raises(CaseExistsError):
            export(large, place)
    with pytest.raises(ExportTooLargeError):
        export(large, tmp_path / "new.zip", most=MIN_PART)
    assert (tmp_path / "there.zip").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there", "there.zip"]
