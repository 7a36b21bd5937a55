"""Following the site."""
