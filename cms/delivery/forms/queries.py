"""How the source of a published post is found."""

from sqlalchemy import bindparam, select

from cms.delivery.queries import AnyRow, AnySelect, View, _read, _seen, _version, once
from cms.editions.models import PostEdition
from cms.foundation.database import Key


def source(view: View, slug: str) -> AnyRow | None:
    """The ``document`` of a post, and the ``body`` that its edition was rendered from."""
    found = _read(view, _source, {"slug": slug})
    return found[0] if found else None


@once
def _source(*, live: bool) -> AnySelect:
    return select(_version(), PostEdition.document, PostEdition.body).where(
        PostEdition.slug == bindparam("slug", type_=Key), _seen(PostEdition, live=live)
    )
