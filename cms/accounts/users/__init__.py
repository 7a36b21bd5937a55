"""Managing who can log in."""
