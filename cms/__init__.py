"""A headless CMS for blog content: editors work on posts, readers get editions."""

__version__ = "0.1.0"
