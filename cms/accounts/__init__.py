"""Who may do what: users, login, permissions."""
