"""Build the documentation as a site: `python scripts/site.py`, with what `requirements/oracle-docs.txt` holds.

The pages are those of `docs/`. Traditional characters are made from the simplified ones; links to what is no page are
plain names.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = ROOT / "build" / "site-pages"
LEFT_OUT = {"decisions", "profiles"}
"""For who changes the program: they read them in the source."""

_OTHER_LANGUAGE = re.compile(r"^\[(?:中文|English)\]\([^)]*\)\n\n", re.MULTILINE)
"""The site offers the languages by itself."""
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)]*)?\)")


def prepare(target: Path = PAGES) -> list[Path]:
    """Write the pages anew and return them."""
    shutil.rmtree(target, ignore_errors=True)
    written = []
    for source in sorted(DOCS.rglob("*")):
        inner = source.relative_to(DOCS)
        if not source.is_file() or inner.parts[0] in LEFT_OUT:
            continue
        (target / inner).parent.mkdir(parents=True, exist_ok=True)
        if source.suffix != ".md":
            shutil.copyfile(source, target / inner.with_name(_file_name(inner.name)))
            continue
        text = _linked(source)
        (target / inner).write_text(text, encoding="utf-8")
        written.append(target / inner)
        if source.name.endswith(".zh-CN.md"):
            written += _traditional(target / inner, text)
    return written


def _file_name(name: str) -> str:
    """Return a picture's name without what the site would take for a language of its own."""
    return name.replace(".zh_CN.", "-zh_CN.").replace(".en.", "-en.")


def _linked(source: Path) -> str:
    """Return a page's text: to pages in its language the site leads by itself, to what is no page nothing leads."""

    def link(found: re.Match[str]) -> str:
        picture, text, to, part = found[1], found[2], found[3], found[4] or ""
        if "://" in to or to.startswith("mailto:"):
            return found[0]
        there = (source.parent / to).resolve()
        if not there.is_relative_to(DOCS) or there.relative_to(DOCS).parts[0] in LEFT_OUT:
            return text
        to = to.replace(".zh-CN.md", ".md") if to.endswith(".md") else to.replace(there.name, _file_name(there.name))
        return f"{picture}[{text}]({to}{part})"

    return _LINK.sub(link, _OTHER_LANGUAGE.sub("", source.read_text(encoding="utf-8")))


def _traditional(page: Path, text: str) -> list[Path]:
    sys.path.insert(0, str(ROOT))
    from scripts.traditional import convert

    other = page.with_name(page.name.replace(".zh-CN.md", ".zh-TW.md"))
    # Commands and addresses hold no Chinese of ours; links keep their targets.
    other.write_text(convert(text), encoding="utf-8")
    return [other]


def main() -> int:
    """Prepare and build; what is not right is an error."""
    prepare()
    for language, words in (("zh-CN", "Python 接口的说明只有英文。"), ("zh-TW", "Python 介面的說明只有英文。")):
        # One page of it is enough: another would be a second place for each name.
        stub = f'# Python\n\n<a href="../../reference/python-api.html">{words}</a>\n'
        (PAGES / "reference" / f"python-api.{language}.md").write_text(stub, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
