"""Finished public answers, kept in front of the application while the site stands still."""

from cms.foundation.cache.layer import ResponseCache

__all__ = ["ResponseCache"]
