"""What those who run the site see of it, beside its content."""
