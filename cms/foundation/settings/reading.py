"""Reading the settings from the environment or ``.env``: all of their faults at once."""

import ipaddress
from pathlib import Path
from typing import Any, cast

import environs
from marshmallow import validate

from cms.foundation.errors import FaultyConfiguration
from cms.foundation.settings import checks, pages, secret
from cms.foundation.settings.fields import Settings


def load() -> Settings:
    """Read and check all settings.

    Raises ``FaultyConfiguration`` with every fault found, not only the first.
    """
    env = environs.Env(eager=False, prefix="CMS_")
    env.read_env(str(Path.cwd() / ".env"), recurse=False)
    mode = env.str("ENV", "development", validate=validate.OneOf(["development", "production"]))
    data_dir = Path(env.str("DATA_DIR", "./data")).expanduser().resolve()
    host = env.str("HOST", "127.0.0.1", validate=validate.Length(min=1))
    port = env.int("PORT", 8000, validate=checks.between(1, 65535))
    levels = validate.OneOf(["debug", "info", "warning", "error"])
    ways = validate.OneOf(["strict", "notify"])
    values: dict[str, Any] = {
        "env": mode,
        "data_dir": data_dir,
        "database_url": env.str(
            "DATABASE_URL", f"sqlite:///{data_dir / 'cms.sqlite'}", validate=checks.database
        ),
        "site_url": env.str("SITE_URL", f"http://{host}:{port}", validate=checks.address),
        "host": host,
        "port": port,
        "workers": env.int("WORKERS", 1, validate=checks.between(1, 256)),
        # Threads get into each other's way: the second one is for a client that takes its time.
        "threads": env.int("THREADS", 2, validate=checks.between(1, 256)),
        "worker": env.str("WORKER", "embedded", validate=validate.OneOf(["embedded", "none"])),
        "streams": env.int("STREAMS", 50, validate=checks.between(0, 10_000)),
        "cors_origins": env.list("CORS_ORIGINS", [], validate=checks.origins),
        "trusted_proxies": env.list("TRUSTED_PROXIES", [], validate=checks.networks),
        "max_body_bytes": env.int(
            "MAX_BODY_BYTES", 2_000_000, validate=checks.between(1024, 2**31)
        ),
        "public_max_age": env.int("PUBLIC_MAX_AGE", 60, validate=checks.between(0, 31_536_000)),
        "cache_bytes": env.int("CACHE_BYTES", 16_000_000, validate=checks.between(0, 2**40)),
        "cache_check": env.str("CACHE_CHECK", "strict", validate=ways),
        "access_token_seconds": env.int(
            "ACCESS_TOKEN_SECONDS", 900, validate=checks.between(5, 86_400)
        ),
        "refresh_token_days": env.int("REFRESH_TOKEN_DAYS", 30, validate=checks.between(1, 400)),
        "password_cost": env.list("PASSWORD_COST", ["19456", "2", "1"], validate=checks.cost),
        "login_rate_account": env.str("LOGIN_RATE_ACCOUNT", "10 per minute", validate=checks.rate),
        "login_rate_address": env.str("LOGIN_RATE_ADDRESS", "60 per minute", validate=checks.rate),
        "rate_storage": env.str("RATE_STORAGE", "memory://", validate=checks.rate_storage),
        "database_pool": env.int("DATABASE_POOL", 5, validate=checks.between(1, 500)),
        "database_timeout": env.int("DATABASE_TIMEOUT", 30, validate=checks.between(1, 3600)),
        "metrics": env.bool("METRICS", False),
        "time_travel": env.bool("TIME_TRAVEL", False),
        "history_days": env.int("HISTORY_DAYS", 365, validate=checks.between(1, 36_500)),
        "trash_days": env.int("TRASH_DAYS", 30, validate=checks.between(1, 36_500)),
        "checks": env.str("CHECKS", "off", validate=validate.OneOf(["off", "errors", "warnings"])),
        "post_url": env.str("POST_URL", "", validate=pages.check_pattern),
        "tag_url": env.str("TAG_URL", "", validate=pages.check_pattern),
        "author_url": env.str("AUTHOR_URL", "", validate=pages.check_pattern),
        "home_url": env.str("HOME_URL", "", validate=pages.check_address),
        "site_name": env.str("SITE_NAME", "Blog", validate=pages.check_name),
        "site_description": env.str("SITE_DESCRIPTION", "", validate=pages.check_description),
        "site_language": env.str("SITE_LANGUAGE", "", validate=pages.check_language),
        "feed_text": env.str("FEED_TEXT", "full", validate=validate.OneOf(["full", "summary"])),
        "websub_hub": env.str("WEBSUB_HUB", "", validate=pages.check_address),
        "mail_url": env.str("MAIL_URL", "", validate=checks.mail_server),
        "mail_from": env.str("MAIL_FROM", "", validate=checks.sender),
        "password_url": env.str("PASSWORD_URL", "", validate=pages.check_password_pattern),
        "log_level": env.str("LOG_LEVEL", "info", validate=levels),
    }
    given = env.str("SECRET_KEY", "")
    faults = _faults(env)
    if values["cache_check"] == "notify" and not str(values["database_url"]).startswith(
        "postgresql"
    ):
        faults.append("CMS_CACHE_CHECK: notify needs PostgreSQL; on SQLite strict costs nothing.")
    if values["mail_url"] and not values["mail_from"]:
        faults.append("CMS_MAIL_FROM: must be set with CMS_MAIL_URL: cms@example.org.")
    faults += secret.faults(given, is_production=mode == "production")
    if faults:
        raise FaultyConfiguration(faults)
    values["secret_key"] = given or secret.development(data_dir)
    values["site_url"] = values["site_url"].rstrip("/")
    values["home_url"] = values["home_url"] or pages.root_of(values["post_url"])
    values["cors_origins"] = tuple(item.strip() for item in values["cors_origins"])
    values["trusted_proxies"] = tuple(
        ipaddress.ip_network(item.strip()) for item in values["trusted_proxies"]
    )
    values["password_cost"] = tuple(int(item) for item in values["password_cost"])
    return Settings(**values)


def _faults(env: environs.Env) -> list[str]:
    try:
        env.seal()
    except environs.EnvValidationError as error:
        # environs always gives a mapping here; its own type is wider.
        messages = cast("dict[str, list[str]]", error.error_messages)
        return [f"{variable}: {' '.join(found)}" for variable, found in messages.items()]
    return []
