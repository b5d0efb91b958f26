"""Real photos and real screenshots out of packages. Fetched at test time, never committed.

What comes from where, and under which licence (each package's own `debian/copyright` or licence file):
- lomiri-wallpapers-16.04 (Debian): photos by Ubuntu Touch's community, CC-BY-SA-3.0 and CC-BY-SA-4.0.
- mate-backgrounds (Debian): photos and drawings, CC-BY-SA-4.0 and GPL.
- gimp-help-en (Debian): screenshots of GIMP and of photos being edited, many in steps that differ little; GFDL-1.2.
- gnome-user-docs (Debian): screenshots of GNOME; CC-BY-SA-3.0.
- scikit-image (PyPI): photos and micrographs for examples; public domain, CC0 and the like, see its data/README.txt.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import cv2

from tests.tools.debian import build_once, cache_dir, unpacked

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
_SCIKIT_IMAGE = "0.25.2"


def _pictures_of(folder: Path, *, least: int, smallest: int) -> list[Path]:
    """Return the picture files in a folder that are large enough to matter.

    Args:
        least: bytes of the file.
        smallest: pixels of the shorter side.
    """
    found = [p for p in sorted(folder.rglob("*")) if p.suffix in _ENDINGS and p.is_file() and not p.is_symlink()]
    large = [path for path in found if path.stat().st_size >= least]
    return [p for p in large if (read := cv2.imread(str(p))) is not None and min(read.shape[:2]) >= smallest]


def _scikit_image() -> Path:
    def build(work: Path) -> None:
        options = ("--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            *options,
            "--dest",
            str(work),
            f"scikit-image=={_SCIKIT_IMAGE}",
        ]
        subprocess.run(command, check=True, capture_output=True)
        (wheel,) = work.glob("*.whl")
        with zipfile.ZipFile(wheel) as opened:
            for name in opened.namelist():
                if name.startswith("skimage/data/") and name.endswith(_ENDINGS):
                    (work / Path(name).name).write_bytes(opened.read(name))
        wheel.unlink()

    return build_once(cache_dir() / "wheels" / f"scikit-image-{_SCIKIT_IMAGE}-pictures", build)


def photos() -> list[Path]:
    """Return a handful of real photos: about 1080×1920, by several people."""
    return _pictures_of(unpacked("lomiri-wallpapers-16.04", "bookworm"), least=60_000, smallest=500)


def more_photos() -> list[Path]:
    """Return more of them, larger and smaller ones."""
    large = _pictures_of(unpacked("mate-backgrounds", "bookworm"), least=60_000, smallest=500)
    return large + _pictures_of(_scikit_image(), least=40_000, smallest=250)


def screenshots() -> list[Path]:
    """Return real screenshots of desktop programs, many of them of the same window in another state."""
    found = _pictures_of(unpacked("gimp-help-en", "bookworm"), least=20_000, smallest=250)
    return found + _pictures_of(unpacked("gnome-user-docs", "bookworm"), least=20_000, smallest=250)
