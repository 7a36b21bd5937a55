"""Tests of safe retries."""
