"""Posts as text files: read, written, compared with what the server has, and sent to it."""
