"""Measures the speed of the CMS against the floor of its own server, on this machine."""
