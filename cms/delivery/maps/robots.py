"""Writes robots.txt (RFC 9309)."""


def write(sitemap: str) -> str:
    """The file; ``sitemap`` is an address, or empty."""
    lines = ["User-agent: *", "Disallow: /api/v1/auth/", "Disallow: /api/v1/manage/"]
    if sitemap:
        lines += ["", f"Sitemap: {sitemap}"]
    return "\n".join(lines) + "\n"
