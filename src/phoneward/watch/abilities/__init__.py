"""What an app could do, read from its package: ways to see pictures, and who owns the code that uses them."""
