"""What editors write: posts, authors and tags."""
