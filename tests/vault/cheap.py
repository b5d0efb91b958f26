"""Key costs for tests: cheap to derive, and so cheap to guess. Never for a repository that is to last."""

from phoneward.vault.keys import NewKeyCost, ScryptCost


def insecure_test_cost() -> NewKeyCost:
    """Return a cost far below what production allows, so that a key derivation takes about a millisecond."""
    return NewKeyCost._below_the_floor(ScryptCost(n=16, r=8, p=1))
