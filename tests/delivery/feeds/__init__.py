"""Feeds, read by readers that are not ours."""
