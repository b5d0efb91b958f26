"""The base install starts and answers without the parts that compare pictures; who needs them is told how to."""

import subprocess
import sys

WITHOUT = """
import sys
for name in ("numpy", "cv2", "PIL", "simplejpeg", "pyspng", "threadpoolctl", "pillow_heif"):
    sys.modules[name] = None
"""


def run(code: str) -> str:
    return subprocess.check_output([sys.executable, "-c", WITHOUT + code], text=True, timeout=60)


def test_checkup_and_answer_need_no_extra() -> None:
    assert (
        run("import phoneward.checkup; from phoneward.watch import room_answer, scan, kept_scan; print('yes')")
        == "yes\n"
    )


def test_what_compares_pictures_says_what_to_install() -> None:
    told = run(
        "from phoneward.media import PicturesExtraMissingError\n"
        "try:\n    from phoneward.watch import compare_folders\n"
        "except PicturesExtraMissingError as error:\n    print(error.next_step)"
    )
    assert "pip install 'phoneward[watch]'" in told


def test_each_name_can_be_had_or_says_what_to_install() -> None:
    told = run(
        "from phoneward import watch\n"
        "from phoneward.media import PicturesExtraMissingError\n"
        "for name in watch.__all__:\n"
        "    try:\n        getattr(watch, name)\n    except PicturesExtraMissingError:\n        print(name)"
    )
    assert told.split() == ["ComparedPage", "FolderMatch", "Place", "compare_folders"]
