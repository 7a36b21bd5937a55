"""Search, one contract on both databases."""
