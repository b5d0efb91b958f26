"""What a search found, for programs: one JSON line a remnant."""

from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.result import SearchResult, expires_soon
from phoneward.texts import N_, Words

SOURCE_WORDS = {
    Source.SNAPSHOT: N_("earlier snapshot"),
    Source.MAKER_BACKUP: N_("phone maker's backup"),
    Source.APP_BACKUP: N_("the app's own backup"),
    Source.TRASH: N_("trash"),
    Source.PENDING: N_("not finished"),
    Source.PUBLIC_MEDIA: N_("saved in public"),
    Source.LEFTOVER: N_("leftover"),
    Source.OTHER_APP: N_("another copy"),
    Source.THUMBNAIL: N_("thumbnail"),
    Source.DATABASE: N_("database"),
    Source.CLOUD: N_("cloud"),
    Source.OTHER_DEVICE: N_("another device"),
}
COMPLETENESS_WORDS = {
    Completeness.EXACT: N_("whole"),
    Completeness.PARTIAL: N_("in part"),
    Completeness.SMALLER: N_("smaller"),
    Completeness.UNKNOWN: N_("unknown"),
}


def source_words(source: Source) -> Words:
    """Return a source as a person would call it."""
    return Words(SOURCE_WORDS[source])


def completeness_words(completeness: Completeness) -> Words:
    """Return how complete something is, in a word or two."""
    return Words(COMPLETENESS_WORDS[completeness])


def remnant_document(remnant: Remnant, asked: Asked) -> dict[str, object]:
    """Return one remnant; sentences are in the reader's language."""
    return {
        "source": remnant.source.value,
        "what": str(remnant.what),
        "where": remnant.where,
        "made": None if remnant.made is None else remnant.made.isoformat(),
        "expires": None if remnant.expires is None else remnant.expires.isoformat(),
        "expires_soon": expires_soon(remnant, asked.now),
        "completeness": remnant.completeness.value,
        "bytes": remnant.size,
        "count": remnant.count,
        "how": str(remnant.how),
        "command": remnant.command,
        "snapshot": remnant.snapshot,
        "path": remnant.path,
        "can_be_collected": remnant.can_be_collected,
        "confirmed": remnant.is_confirmed,
    }


def result_document(result: SearchResult) -> dict[str, object]:
    """Return what came of a search, without its remnants."""
    asked = result.asked
    return {
        "incident": asked.incident.value,
        "app": asked.app,
        "when": None if asked.when is None else asked.when.isoformat(),
        "remnants": len(result.remnants),
        "expire_soon": sum(expires_soon(one, asked.now) for one in result.remnants),
        "seen": list(map(str, result.seen)),
        "cannot": list(map(str, result.cannot)),
        "looked_at": list(map(str, result.looked_at)),
        "not_looked_at": list(map(str, result.not_looked_at)),
        "whole": result.is_whole,
    }
