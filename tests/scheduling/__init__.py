"""Posts that are published and withdrawn at a moment to come."""
