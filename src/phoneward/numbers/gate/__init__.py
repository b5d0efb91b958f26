"""The gate: has this number changed hands since the account was bound to it, or last verified?

A library for services, and a small service. It knows nothing of phones and vaults.
"""

from phoneward.numbers.gate.asking import Provider, Question, Reason, Reply, Word

__all__ = ["Provider", "Question", "Reason", "Reply", "Word"]
