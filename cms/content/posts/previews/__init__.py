"""Previews: addresses at which somebody without a login sees what is not published yet."""
