"""What maps look like, for the documentation."""

from cms.delivery.blog import EXAMPLE
from cms.delivery.maps import llms, robots, sitemap
from cms.delivery.maps.sitemap import Place
from cms.editions.schemas import SUMMARY

INDEX_EXAMPLE = sitemap.write_index(
    [Place(f"{EXAMPLE.service}/sitemaps/posts-1.xml", SUMMARY["updated_at"])]
).decode()
SITEMAP_EXAMPLE = sitemap.write(
    [Place(EXAMPLE.post(SUMMARY["slug"]), SUMMARY["updated_at"], SUMMARY["cover"]["url"])]
).decode()
ROBOTS_EXAMPLE = robots.write(f"{EXAMPLE.service}/sitemap.xml")
LLMS_EXAMPLE = llms.write(EXAMPLE, [SUMMARY], more=False)
