"""What crawlers get."""
