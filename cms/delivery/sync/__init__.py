"""What changed, and the whole site at one version: for who keeps a copy of it."""
