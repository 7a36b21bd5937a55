"""Safe retries: what was asked under a key is done once, and answered alike for a day."""
