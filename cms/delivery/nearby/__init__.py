"""The posts around a post: those beside it in time, and those that are most like it."""
