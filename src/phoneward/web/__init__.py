"""The page: a local web site that shows what the rooms say. Calls façades only; no logic of its own."""
