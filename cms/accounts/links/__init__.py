"""Links that set a password once: for who is invited, and for who forgot theirs."""
