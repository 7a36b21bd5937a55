"""The author's client, as far as its commands share it: the server, the login, the terminal."""
