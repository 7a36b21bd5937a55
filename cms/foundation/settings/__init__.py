"""Settings: read once from the environment or ``.env``, checked as a whole."""

from cms.foundation.settings.fields import IN_MEMORY, Settings, documented, variable
from cms.foundation.settings.reading import load

__all__ = ["IN_MEMORY", "Settings", "documented", "load", "variable"]
