"""A newsroom at work: random days of several people, on a real server and in a small model."""
