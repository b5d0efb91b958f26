"""What to tap on a phone: for USB debugging, and to take in files of records. Data with sources."""

from phoneward.phones.guides.guide import Guide, guide_families, guide_for, guide_tip
from phoneward.phones.guides.importing import ImportGuide, ImportWay, import_guide, import_kinds, import_title

__all__ = [
    "Guide",
    "ImportGuide",
    "ImportWay",
    "guide_families",
    "guide_for",
    "guide_tip",
    "import_guide",
    "import_kinds",
    "import_title",
]
