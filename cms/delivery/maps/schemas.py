"""What maps look like, for the documentation."""

from datetime import datetime

from cms.delivery.blog import Blog
from cms.delivery.maps import llms, robots, sitemap
from cms.delivery.maps.sitemap import Place
from cms.editions.schemas import SUMMARY

# OpenAPI's word for what is not JSON.
TEXT = {"type": "string"}

_SERVICE = "https://cms.example"
_CHANGED = datetime.fromisoformat(SUMMARY["updated_at"])
_BLOG = Blog(
    service=_SERVICE,
    home="https://blog.example/",
    name="Blog",
    description="What we learn.",
    language="en",
    post_pattern="https://blog.example/{slug}",
    tag_pattern="",
    author_pattern="",
)

INDEX_EXAMPLE = sitemap.write_index([Place(f"{_SERVICE}/sitemaps/posts-1.xml", _CHANGED)]).decode()
SITEMAP_EXAMPLE = sitemap.write(
    [Place(_BLOG.post(SUMMARY["slug"]), _CHANGED, SUMMARY["cover"]["url"])]
).decode()
ROBOTS_EXAMPLE = robots.write(f"{_SERVICE}/sitemap.xml")
LLMS_EXAMPLE = llms.write(_BLOG, [SUMMARY], more=False)
