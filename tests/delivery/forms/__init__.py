"""A post in other forms."""
