"""What maps look like, for the documentation."""

from datetime import datetime

from cms.delivery.blog import EXAMPLE
from cms.delivery.maps import llms, robots, sitemap
from cms.delivery.maps.sitemap import Place
from cms.editions.schemas import SUMMARY

_CHANGED = datetime.fromisoformat(SUMMARY["updated_at"])
INDEX_EXAMPLE = sitemap.write_index(
    [Place(f"{EXAMPLE.service}/sitemaps/posts-1.xml", _CHANGED)]
).decode()
SITEMAP_EXAMPLE = sitemap.write(
    [Place(EXAMPLE.post(SUMMARY["slug"]), _CHANGED, SUMMARY["cover"]["url"])]
).decode()
ROBOTS_EXAMPLE = robots.write(f"{EXAMPLE.service}/sitemap.xml")
LLMS_EXAMPLE = llms.write(EXAMPLE, [SUMMARY], more=False)
