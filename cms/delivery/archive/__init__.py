"""How many posts each month has."""
