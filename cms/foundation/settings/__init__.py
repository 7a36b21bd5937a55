"""Settings: read once from the environment or ``.env``, checked as a whole."""

from cms.foundation.settings.fields import Settings, documented, variable
from cms.foundation.settings.reading import load

__all__ = ["Settings", "documented", "load", "variable"]
