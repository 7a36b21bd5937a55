"""Search in the site as it was."""
