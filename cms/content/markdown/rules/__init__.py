"""What is added to the rules of the Markdown parser, an idea in each module."""
