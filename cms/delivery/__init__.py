"""What readers get: posts, authors and tags; public and read-only."""
