"""The author's client: `cms publish`."""
