"""Finding, among many originals and many suspects, which pairs are worth a closer look: time and memory.

    .venv/bin/python -m benchmarks.pictures_search [--originals 20000] [--suspects 50000]

The fingerprints are made of those of the tests' pictures: each is a picture whose halves are of two others, mirrored or
not, at another brightness; its hash is changed in some bits. One suspect in a hundred is cut from an original. Nothing
is decoded: what decoding costs, `benchmarks.pictures_hashing` says. The peer is OpenCV's exact search
(`batchDistance`), which compares every pair. Matrices are multiplied by one thread, as when a phone is looked
through: a second one waits in a loop, and its waiting would be counted.
"""

import argparse
import os
import resource
import sys
import time

import numpy as np
from threadpoolctl import threadpool_limits

from phoneward.media.comparing import nearest
from phoneward.media.comparing.candidates import Candidates
from tests.media.corpus.invented import cut_from, fingerprints

BATCH = 256


def main() -> None:
    """Make the fingerprints and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--originals", type=int, default=20_000)
    parser.add_argument("--suspects", type=int, default=50_000)
    asked = parser.parse_args()
    threadpool_limits(limits=1, user_api="blas")
    chance = np.random.default_rng(1)
    originals = fingerprints(asked.originals, chance)
    begun = time.process_time()
    candidates = Candidates(originals)
    print(f"{asked.originals:,} originals made ready in {time.process_time() - begun:.1f} s of processor time")
    spent = {"whole": 0.0, "covered": 0.0, "parts": 0.0}
    planted = found = 0
    peer = 0.0
    gallery = np.frombuffer(b"".join(one.pdq for one in originals), np.uint8).reshape(-1, 32)
    for at in range(0, asked.suspects, BATCH):
        # Made and dropped: a scan keeps no suspects either.
        suspects = fingerprints(min(BATCH, asked.suspects - at), chance)
        plants = {number: int(chance.integers(0, len(originals))) for number in range(0, len(suspects), 100)}
        for number, of in plants.items():
            suspects[number] = cut_from(originals[of], chance)
        begun = time.process_time()
        candidates.whole(suspects, 6)
        spent["whole"] += time.process_time() - begun
        begun = time.process_time()
        candidates.covered(suspects, 6)
        spent["covered"] += time.process_time() - begun
        begun = time.process_time()
        parts = candidates.parts(suspects, 4)
        spent["parts"] += time.process_time() - begun
        planted += len(plants)
        found += sum(any(one.number == of for one in parts[number]) for number, of in plants.items())
        if at % (BATCH * 16) == 0:
            so_far = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in spent.items())
            print(f"  after {at + len(suspects):,} suspects: {so_far}", file=sys.stderr, flush=True)
            begun = time.process_time()
            nearest(np.array([np.frombuffer(one.pdq, np.uint8) for one in suspects]), gallery, 6)
            peer += (time.process_time() - begun) * min(16 * BATCH, asked.suspects - at) / len(suspects)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"against {asked.suspects:,} suspects, seconds of processor time (one thread of {os.cpu_count()}):")
    print(
        f"  hash stage {spent['whole']:.1f}; OpenCV comparing every pair {peer:.1f}; ratio {peer / spent['whole']:.1f}"
    )
    print(f"  turned, covered {spent['covered']:.1f}")
    print(
        f"  crop stage {spent['parts']:.1f}; of {planted} planted crops {found / planted:.3f} are among the first four"
    )
    print(f"  peak memory {peak:.0f} MB, the fingerprints of the originals included")


if __name__ == "__main__":
    main()
