"""The public record: what the world sees, and saw at each version of the site."""
