"""Decide whether a suspect shows the same as an original."""

from phoneward.media.comparing import aligning
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.tiles import mismatched
from phoneward.media.verdict import Kind, Region, Verdict

_DISTINGUISHABLE = 500


def verify(original: Gray, suspect: Gray, *, near: Region | None = None) -> Verdict | None:
    """Return how the suspect is a copy of the original, or None.

    Args:
        original: upright, at full size where there is one; any size from 16 pixels.
        suspect: the same.
        near: about which part of the original the suspect may show, where a search suggests one.
    """
    del near
    for placement in (aligning.whole(original, suspect), aligning.by_features(original, suspect)):
        if placement is None:
            continue
        seen = suspect
        told, wrong = mismatched(aligning.placed(original, seen, placement), seen)
        if told < 6 or wrong / told > 0.02 or (wrong and seen.shape[1] >= _DISTINGUISHABLE):
            continue
        return _verdict(original, suspect, seen, placement)
    return None


def _verdict(original: Gray, suspect: Gray, seen: Gray, placement: aligning.Placement) -> Verdict:
    region = placement.region(original, seen)
    width = round(original.shape[1] * placement.scale_x)
    is_distinguishable = width >= _DISTINGUISHABLE
    if not is_distinguishable:
        kind = Kind.SAME_SCREEN
    elif min(region.right - region.left, region.bottom - region.top) < 0.985:
        kind = Kind.CROPPED
    elif suspect.shape == original.shape:
        kind = Kind.RE_ENCODED
    else:
        kind = Kind.SMALLER
    return Verdict(kind=kind, is_distinguishable=is_distinguishable, confidence=0.9, width=width, region=region)
