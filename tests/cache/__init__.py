"""Tests of the answers that are kept in front of the application."""
