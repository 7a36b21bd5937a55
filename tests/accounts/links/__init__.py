"""Tests of invitations and forgotten passwords."""
