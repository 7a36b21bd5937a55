"""The author's client: `cms posts`."""
