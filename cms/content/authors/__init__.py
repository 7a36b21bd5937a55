"""Authors: the people whom readers see above a post."""
