"""Input that nobody should send: each operation refuses it, says why, and writes nothing."""
