"""The real command line with small constants, so that little data makes several packs, index files and checkpoints.

`python -m tests.faults.program WORD…`
"""

from phoneward.cli import main
from tests.faults.promises import small_constants

CHECKPOINT_FILES = 25

if __name__ == "__main__":
    with small_constants(pack_size=150_000, index_blobs=40, checkpoint_files=CHECKPOINT_FILES, settle=True):
        main()
