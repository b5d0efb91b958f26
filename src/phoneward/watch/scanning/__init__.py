"""Which of a person's pictures an app keeps, looked up in snapshots and folders."""
