"""How do I prove it, and what may I demand? Information, not legal advice. The room never writes to a phone."""
