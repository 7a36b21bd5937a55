"""Keys for machines: shown once, stored hashed, good for a part of what their owner may do."""
