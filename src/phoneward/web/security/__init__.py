"""Who may ask this page for what: one file a defence, put together in `gate.py`.

The threats and what stands against each are listed in docs/threat-model.md; tests/web/test_attacks_*.py tries each.
"""
