"""The trash: where posts go first, and come back from."""
