"""Tests of `cms posts`."""
