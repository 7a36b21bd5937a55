"""Tests of keys for machines."""
