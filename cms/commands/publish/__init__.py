"""The author's client: `cms publish`, files and folders to posts."""
