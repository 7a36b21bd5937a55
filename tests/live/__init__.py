"""A real server with two workers, raced, crashed, stopped and abused over HTTP."""
