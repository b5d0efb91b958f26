"""Where a repository's files lie: one protocol, written MUSTs, one shared suite."""
