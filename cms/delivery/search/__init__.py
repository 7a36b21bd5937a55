"""Search over what readers see now."""
