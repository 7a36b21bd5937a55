"""Tests of what the benchmark itself must get right."""
