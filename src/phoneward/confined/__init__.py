"""Read hostile input in a worker process that is confined in time, memory and reach.

Why and how far it protects: `docs/decisions/0006-confined-worker.md`.
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.confined.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
