"""Leases: who is editing a post now, told to others; they keep nobody from saving."""
