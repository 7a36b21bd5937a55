"""Reading the settings from the environment or ``.env``: all of their faults at once."""

import ipaddress
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from environs import Env, EnvValidationError

from cms.foundation.errors import FaultyConfiguration
from cms.foundation.settings import pages, secret
from cms.foundation.settings.fields import PREFIX, Settings


def load() -> Settings:
    """Read and check all settings.

    Raises ``FaultyConfiguration`` with every fault found, not only the first.
    """
    env = Env(eager=False, prefix=PREFIX)
    env.read_env(str(Path.cwd() / ".env"), recurse=False)
    found = {one.name: one.metadata["read"](env, one.name.upper()) for one in fields(Settings)}
    faults = [*_faults(env), *_contradictions(found)]
    faults += secret.faults(found["secret_key"], is_production=found["env"] == "production")
    if faults:
        raise FaultyConfiguration(faults)
    return Settings(**_completed(found))


def _faults(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        # environs always gives a mapping here; its own type is wider.
        messages = cast("dict[str, list[str]]", error.error_messages)
        return [f"{variable}: {' '.join(found)}" for variable, found in messages.items()]
    return []


def _contradictions(found: dict[str, Any]) -> list[str]:
    """What is wrong with settings that are good each by itself."""
    faults = []
    if found["cache_check"] == "notify" and not str(found["database_url"]).startswith("postgresql"):
        faults.append("CMS_CACHE_CHECK: notify needs PostgreSQL; on SQLite strict costs nothing.")
    if found["mail_url"] and not found["mail_from"]:
        faults.append("CMS_MAIL_FROM: must be set with CMS_MAIL_URL: cms@example.org.")
    return faults


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    """In the form that the rest of the code wants, with the defaults that depend on others."""
    data_dir = Path(found["data_dir"]).expanduser().resolve()
    site_url = found["site_url"] or f"http://{found['host']}:{found['port']}"
    return found | {
        "data_dir": data_dir,
        "database_url": found["database_url"] or f"sqlite:///{data_dir / 'cms.sqlite'}",
        "secret_key": found["secret_key"] or secret.development(data_dir),
        "site_url": site_url.rstrip("/"),
        "home_url": found["home_url"] or pages.root_of(found["post_url"]),
        "cors_origins": tuple(item.strip() for item in found["cors_origins"]),
        "trusted_proxies": tuple(
            ipaddress.ip_network(item.strip()) for item in found["trusted_proxies"]
        ),
        "password_cost": tuple(int(item) for item in found["password_cost"]),
    }
