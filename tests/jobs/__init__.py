"""Work that is due at a moment."""
