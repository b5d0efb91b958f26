"""Bring the message catalogues up to date with the sentences in the code: `python scripts/update_texts.py`.

Extracts every sentence marked with `_`, `N_`, `words`, `ngettext` or `counted`, also in the templates of pages, and
merges it into the Chinese `phoneward.po`, keeping what is translated; then makes the traditional characters from the
simplified ones (`scripts/traditional.py`). With `--check` nothing is written; the exit code is 1
where a catalogue is out of date.
"""

import argparse
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "phoneward"
KEYWORDS = {"_": None, "N_": None, "words": None, "ngettext": (1, 2), "counted": (1, 2)}


def extract() -> Catalog:
    """Collect every sentence of the program, with the files it stands in (no line numbers: they only make noise)."""
    catalogue = Catalog(project="Phoneward", fuzzy=False)
    # Templates are looked through by jinja2's own extractor (its `babel` entry point).
    kinds = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
    for name, _line, message, comments, context in extract_from_dir(
        SOURCE, method_map=kinds, options_map=options, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalogue.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalogue


def render(catalogue: Catalog) -> bytes:
    """Write a catalogue in the one form kept in the tree."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue()


def merged(path: Path, template: Catalog) -> bytes:
    """Return what `path` should hold: today's sentences with the translations there are."""
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.parents[1].name)
    created, revised = catalogue.creation_date, catalogue.revision_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date, catalogue.revision_date = created, revised
    return render(catalogue)


def main() -> int:
    """Update or check every catalogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a catalogue is out of date")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from scripts import traditional

    template = extract()
    stale = []

    def keep(path: Path, wanted: bytes) -> None:
        if not path.exists() or wanted != path.read_bytes():
            stale.append(path)
            if not arguments.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(wanted)

    keep(traditional.SIMPLIFIED, merged(traditional.SIMPLIFIED, template))
    for path, wanted in traditional.catalogues().items():
        keep(path, wanted)
    for path in stale:
        print(f"{'out of date' if arguments.check else 'updated'}: {path.relative_to(ROOT)}")
    return 1 if stale and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
