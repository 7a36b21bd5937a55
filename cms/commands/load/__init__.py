"""`cms load`: posts from a file of JSON lines."""
