"""Tags: subjects that posts are filed under."""
