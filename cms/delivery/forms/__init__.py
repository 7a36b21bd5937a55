"""A post in other forms: its Markdown, and what it tells search engines."""
