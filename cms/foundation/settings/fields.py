"""What an operator can set, and what the documentation says of it."""

import ipaddress
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from cms.foundation.settings.secret import SHORTEST

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _setting(variable: str, about: str, *, shown_default: str = "") -> Any:
    """A field of ``Settings`` with what the documentation says of it."""
    return field(metadata={"variable": variable, "about": about, "default": shown_default})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator can set. One environment variable each."""

    env: str = _setting(
        "CMS_ENV",
        "`development` or `production`; production insists on a secret of its own and logs JSON",
        shown_default="development",
    )
    data_dir: Path = _setting(
        "CMS_DATA_DIR",
        "folder of the SQLite file and the generated secret",
        shown_default="./data",
    )
    database_url: str = _setting(
        "CMS_DATABASE_URL",
        "`sqlite:///…` or `postgresql://…`",
        shown_default="SQLite in the data folder",
    )
    secret_key: str = _setting(
        "CMS_SECRET_KEY",
        f"signs tokens and cursors; at least {SHORTEST} bytes; must be set in production",
        shown_default="generated in development",
    )
    site_url: str = _setting(
        "CMS_SITE_URL",
        "public address of this service, for links",
        shown_default="http://HOST:PORT",
    )
    host: str = _setting("CMS_HOST", "address to listen on", shown_default="127.0.0.1")
    port: int = _setting("CMS_PORT", "port to listen on", shown_default="8000")
    workers: int = _setting("CMS_WORKERS", "server processes", shown_default="1")
    threads: int = _setting(
        "CMS_THREADS",
        "threads of each process; more only where the database is far away",
        shown_default="2",
    )
    worker: str = _setting(
        "CMS_WORKER",
        "what does the work that is due, such as publishing scheduled posts: `embedded`, each "
        "process of `cms serve` beside its requests, or `none`: `cms worker` runs apart",
        shown_default="embedded",
    )
    streams: int = _setting(
        "CMS_STREAMS",
        "streams of changes, waiting requests and exports that each process keeps open at once; "
        "each has a thread of its own beside `CMS_THREADS`",
        shown_default="50",
    )
    cors_origins: tuple[str, ...] = _setting(
        "CMS_CORS_ORIGINS",
        "origins whose pages may call the API, separated by commas; `*` for all",
        shown_default="none",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "CMS_TRUSTED_PROXIES",
        "networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count, separated by commas",
        shown_default="none",
    )
    max_body_bytes: int = _setting(
        "CMS_MAX_BODY_BYTES", "largest request body", shown_default="2000000"
    )
    public_max_age: int = _setting(
        "CMS_PUBLIC_MAX_AGE",
        "seconds for which caches may keep a public answer without asking",
        shown_default="60",
    )
    cache_bytes: int = _setting(
        "CMS_CACHE_BYTES",
        "memory of each process for finished public answers; 0 keeps none",
        shown_default="16000000",
    )
    cache_check: str = _setting(
        "CMS_CACHE_CHECK",
        "how a process learns that the site has changed: `strict` asks the database at each "
        "request, `notify` (PostgreSQL) is told, some milliseconds late",
        shown_default="strict",
    )
    access_token_seconds: int = _setting(
        "CMS_ACCESS_TOKEN_SECONDS", "life of an access token", shown_default="900"
    )
    refresh_token_days: int = _setting(
        "CMS_REFRESH_TOKEN_DAYS", "life of an unused login", shown_default="30"
    )
    password_cost: tuple[int, int, int] = _setting(
        "CMS_PASSWORD_COST",
        "argon2id cost: memory in KiB, passes, lanes",
        shown_default="19456,2,1",
    )
    login_rate_account: str = _setting(
        "CMS_LOGIN_RATE_ACCOUNT",
        "failed logins allowed for one account",
        shown_default="10 per minute",
    )
    login_rate_address: str = _setting(
        "CMS_LOGIN_RATE_ADDRESS",
        "failed logins allowed from one address",
        shown_default="60 per minute",
    )
    rate_storage: str = _setting(
        "CMS_RATE_STORAGE",
        "where failed logins are counted: `memory://` (per process) or `redis://…`",
        shown_default="memory://",
    )
    database_pool: int = _setting(
        "CMS_DATABASE_POOL", "PostgreSQL connections kept by each process", shown_default="5"
    )
    metrics: bool = _setting(
        "CMS_METRICS",
        "`true` serves counts for Prometheus at `/metrics`; let only your monitor reach it",
        shown_default="false",
    )
    time_travel: bool = _setting(
        "CMS_TIME_TRAVEL",
        "`true` lets readers ask for the site as it was (`as_of`), withdrawn posts included",
        shown_default="false",
    )
    history_days: int = _setting(
        "CMS_HISTORY_DAYS",
        "days for which `cms prune` keeps what readers no longer see",
        shown_default="365",
    )
    trash_days: int = _setting(
        "CMS_TRASH_DAYS",
        "days for which deleted posts stay in the trash",
        shown_default="30",
    )
    database_timeout: int = _setting(
        "CMS_DATABASE_TIMEOUT",
        "seconds: how long a PostgreSQL statement may run, how long to wait for a connection or a "
        "turn to write (SQLite: behind other requests of the same process)",
        shown_default="30",
    )
    checks: str = _setting(
        "CMS_CHECKS",
        "`errors` refuses to publish what the content checks call an error, `warnings` what they "
        "call either; `off` only tells who asks",
        shown_default="off",
    )
    post_url: str = _setting(
        "CMS_POST_URL",
        "address of a post's page, such as `https://blog.example/{slug}`; without it there are no "
        "feeds and sitemaps",
        shown_default="none",
    )
    tag_url: str = _setting(
        "CMS_TAG_URL", "address of a tag's page, with `{slug}`", shown_default="none"
    )
    author_url: str = _setting(
        "CMS_AUTHOR_URL", "address of an author's page, with `{slug}`", shown_default="none"
    )
    home_url: str = _setting(
        "CMS_HOME_URL",
        "address of the blog's first page; if not set, the root of `CMS_POST_URL`",
        shown_default="none",
    )
    site_name: str = _setting(
        "CMS_SITE_NAME", "title of the blog, in feeds and for search engines", shown_default="Blog"
    )
    site_description: str = _setting(
        "CMS_SITE_DESCRIPTION", "what the blog is about, in one line", shown_default="none"
    )
    site_language: str = _setting(
        "CMS_SITE_LANGUAGE", "language of the blog, such as `en` or `pt-BR`", shown_default="none"
    )
    feed_text: str = _setting(
        "CMS_FEED_TEXT",
        "`full`: feeds hold the whole text of posts; `summary`: the excerpt only",
        shown_default="full",
    )
    websub_hub: str = _setting(
        "CMS_WEBSUB_HUB", "address of the WebSub hub that feeds name", shown_default="none"
    )
    mail_url: str = _setting(
        "CMS_MAIL_URL",
        "mail server for invitations and forgotten passwords: `smtps://user:password@host:465`, or "
        "`smtp://…:587`, which must offer STARTTLS unless it is on this machine",
        shown_default="none",
    )
    mail_from: str = _setting(
        "CMS_MAIL_FROM",
        "sender of mails, such as `Blog <cms@example.org>`; needed with `CMS_MAIL_URL`",
        shown_default="none",
    )
    password_url: str = _setting(
        "CMS_PASSWORD_URL",
        "address of your page where a password is set, with `{token}`; if not set, this service "
        "shows one below `CMS_SITE_URL`",
        shown_default="none",
    )
    log_level: str = _setting(
        "CMS_LOG_LEVEL", "`debug`, `info`, `warning` or `error`", shown_default="info"
    )

    @property
    def is_production(self) -> bool:
        """Whether the strict rules hold."""
        return self.env == "production"


def documented() -> tuple[Field[Any], ...]:
    """The settings in the order of the documentation, with their metadata."""
    return fields(Settings)
