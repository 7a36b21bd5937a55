"""The docs page and its files."""
