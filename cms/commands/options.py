"""What every command may be told."""

import rich_click as click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
