"""Publishing and withdrawing a post at a moment to come."""
