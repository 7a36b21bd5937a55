"""Posts: the working copies that editors change and publish."""
