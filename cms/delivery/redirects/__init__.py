"""Slugs that something had before, and where they lead."""
