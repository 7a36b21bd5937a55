"""Bringing content from elsewhere: many finished posts at once."""
