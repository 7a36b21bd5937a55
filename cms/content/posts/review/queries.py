"""How comments are found."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from cms.content.posts.models import Post
from cms.content.posts.review.models import Comment
from cms.foundation.errors import NotFound


def on(post: Post) -> Select[Comment]:
    """All comments on a post, with who made them."""
    return select(Comment).where(Comment.post_id == post.id).options(joinedload(Comment.by))


def get(session: Session, post: Post, comment_id: uuid.UUID) -> Comment:
    """One comment on a post. Raises ``NotFound``."""
    comment = session.scalar(on(post).where(Comment.id == comment_id))
    if comment is None:
        message = f"There is no comment {comment_id} on the post {post.id}."
        raise NotFound(message)
    return comment
