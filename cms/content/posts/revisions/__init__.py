"""Revisions: the states that a post was saved in, none of which is ever lost."""
