"""`cms posts`: the group."""

import rich_click as click

from cms.commands.posts import editing, looking, steps


class _InOrder(click.RichGroup):
    """Lists its commands as they come in a day."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """As they were added."""
        return list(self.commands)


@click.group(cls=_InOrder)
def posts() -> None:
    """Work on the posts of a CMS: list, show, edit, compare and publish them.

    A post is named by its slug or its id. The server is CMS_SERVER or --server. The password is
    asked for, or taken from CMS_PASSWORD or --password-stdin; the login is remembered in your
    config folder (CMS_CONFIG_DIR to choose another), the password is not.

    Ends with 0 if all went well, 1 if not, 2 if the command was called wrongly, 3 if somebody else
    saved the post in between, 4 if there is no such post.
    """


for command in (
    looking.list_posts,
    looking.show,
    editing.edit,
    looking.check,
    looking.revisions,
    looking.diff,
    steps.publish,
    steps.unpublish,
    steps.schedule,
    steps.restore,
    steps.delete,
):
    posts.add_command(command)
