"""Checks seals that the case went on after: each against what it kept, and against the case as it is now.

Of what a seal covered, the log was the beginning of the present one, the facts are kept beside the seal, and no other
file of the payload ever changes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from phoneward.cases.bag import KEPT_FACTS, MANIFEST, TAG_MANIFEST, seal_folder
from phoneward.cases.custody import LOG
from phoneward.cases.logreading import FACTS, LogSeen, SealLine
from phoneward.errors import readable
from phoneward.texts import N_, Words, words


@dataclass(frozen=True, slots=True)
class PastSeals:
    """What a check needs to know.

    Attributes:
        log: as it is now.
        payload: SHA-256 of each file of the payload now, by path.
        manifest: returns what the manifest at a path says.
        sha256: returns that of a file now; None where there is none.
    """

    log: LogSeen
    payload: Mapping[str, str]
    manifest: Callable[[str], Mapping[str, str]]
    sha256: Callable[[str], str | None]

    def problems(self, seals: Iterable[SealLine], newest: SealLine | None = None) -> list[Words]:
        """Return what is wrong with seals.

        Args:
            seals: which.
            newest: that one of them whose tag files still lie in the root.
        """
        return [problem for seal in seals for problem in self._of(seal, is_newest=seal is newest)]

    def _of(self, seal: SealLine, *, is_newest: bool) -> list[Words]:
        below = seal_folder(seal.number)
        root = "" if is_newest else f"{below}/"
        tags, files = self.manifest(f"{root}{TAG_MANIFEST}"), self.manifest(f"{root}{MANIFEST}")
        places = {path: path if path.startswith("seals/") else f"{root}{path}" for path in tags}
        wrong = [places[path] for path, sha256 in tags.items() if self.sha256(places[path]) != sha256]
        then = {LOG: seal.prefix, FACTS: self.sha256(f"{below}/{KEPT_FACTS}")}
        wrong += [path for path, sha256 in files.items() if then.get(path, self.payload.get(path)) != sha256]
        came = (path for path, brought in self.log.files.items() if brought.line < seal.line)
        wrong += [path for path in came if path not in files]
        pattern = N_("{path} is not what seal {number} covered.")
        return [words(pattern, path=readable(path), number=str(seal.number)) for path in wrong]
