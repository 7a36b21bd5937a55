"""Jobs, as admins see them: what waits, what failed, and trying it again."""
