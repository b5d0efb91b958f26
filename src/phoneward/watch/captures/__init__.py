"""Was it uploaded? Read captures of what a phone sent, and look for the person's pictures in them."""
