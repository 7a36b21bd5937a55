"""Doing many things to many posts in one request."""
