"""A language to say which things of a list are wanted: read, checked, and turned into SQL.

``parser`` reads a text into a tree and describes the language; ``checking`` holds the tree against
what a list allows; ``conditions`` makes one SQL condition of it.
"""

from cms.foundation.filters.checking import check
from cms.foundation.filters.conditions import condition
from cms.foundation.filters.parser import parse

__all__ = ["check", "condition", "parse"]
