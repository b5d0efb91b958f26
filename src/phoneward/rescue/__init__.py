"""It happened. What can still be saved? The room never writes to a phone, and never to what it looks at."""
