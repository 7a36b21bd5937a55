"""Lists that a reader filters and sorts as they like."""
