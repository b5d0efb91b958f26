"""An operator simulator: the three CAMARA APIs with their tokens, for tests and for people who integrate."""
