"""A crawler that walks through the maps of a site."""

from functools import cache
from pathlib import Path

import xmlschema

from tests.callers import ContractClient

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGES = "{http://www.google.com/schemas/sitemap-image/1.1}"
SERVICE = "http://localhost"

Places = dict[str, tuple[str | None, str | None]]


def everything(client: ContractClient) -> dict[str, Places]:
    """Each part of the map that the index names, by its address: pages, when changed, images."""
    found = index(client)
    parts = {address: client.get(address.removeprefix(SERVICE)).get_data() for address in found}
    return {address: places(body) for address, body in parts.items()}


def index(client: ContractClient) -> Places:
    """The parts, and when each changed."""
    answer = client.get("/sitemap.xml")
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return places(answer.get_data())


def places(body: bytes) -> Places:
    """What a valid map says, in order: address, last change, image."""
    resource = xmlschema.XMLResource(body)
    _schema().validate(resource)
    found: Places = {}
    for element in resource.root:
        image = element.find(f"{IMAGES}image/{IMAGES}loc")
        address = str(element.findtext(f"{NAMESPACE}loc"))
        assert address not in found, "twice on one map"
        changed = element.findtext(f"{NAMESPACE}lastmod")
        found[address] = (changed, None if image is None else image.text)
    return found


@cache
def _schema() -> xmlschema.XMLSchema11:
    return xmlschema.XMLSchema11(Path(__file__).with_name("sitemap.xsd"))
