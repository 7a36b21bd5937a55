"""Settings: read once from the environment or ``.env``, checked as a whole."""

import ipaddress
import os
import secrets
import tempfile
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import environs
from limits import parse as parse_rate
from marshmallow import ValidationError, validate
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from cms.foundation import blog
from cms.foundation.errors import FaultyConfiguration

SHORTEST_SECRET = 32
FEWEST_DIFFERENT = 8
# Values from examples and tutorials: as good as no secret, however long.
WELL_KNOWN = ("change-me", "changeme", "change_me", "secret", "password", "your-", "example")

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
        f"signs tokens and cursors; at least {SHORTEST_SECRET} bytes; must be set in production",
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
    database_timeout: int = _setting(
        "CMS_DATABASE_TIMEOUT",
        "seconds: how long a PostgreSQL statement may run, how long to wait for a connection or a "
        "turn to write (SQLite: behind other requests of the same process)",
        shown_default="30",
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


def load() -> Settings:
    """Read and check all settings.

    Raises ``FaultyConfiguration`` with every fault found, not only the first.
    """
    env = environs.Env(eager=False, prefix="CMS_")
    env.read_env(str(Path.cwd() / ".env"), recurse=False)
    mode = env.str("ENV", "development", validate=validate.OneOf(["development", "production"]))
    data_dir = Path(env.str("DATA_DIR", "./data")).expanduser().resolve()
    host = env.str("HOST", "127.0.0.1", validate=validate.Length(min=1))
    port = env.int("PORT", 8000, validate=_between(1, 65535))
    levels = validate.OneOf(["debug", "info", "warning", "error"])
    checks = validate.OneOf(["strict", "notify"])
    values: dict[str, Any] = {
        "env": mode,
        "data_dir": data_dir,
        "database_url": env.str(
            "DATABASE_URL", f"sqlite:///{data_dir / 'cms.sqlite'}", validate=_database
        ),
        "site_url": env.str("SITE_URL", f"http://{host}:{port}", validate=_address),
        "host": host,
        "port": port,
        "workers": env.int("WORKERS", 1, validate=_between(1, 256)),
        # Threads get into each other's way: the second one is for a client that takes its time.
        "threads": env.int("THREADS", 2, validate=_between(1, 256)),
        "streams": env.int("STREAMS", 50, validate=_between(0, 10_000)),
        "cors_origins": env.list("CORS_ORIGINS", [], validate=_origins),
        "trusted_proxies": env.list("TRUSTED_PROXIES", [], validate=_networks),
        "max_body_bytes": env.int("MAX_BODY_BYTES", 2_000_000, validate=_between(1024, 2**31)),
        "public_max_age": env.int("PUBLIC_MAX_AGE", 60, validate=_between(0, 31_536_000)),
        "cache_bytes": env.int("CACHE_BYTES", 16_000_000, validate=_between(0, 2**40)),
        "cache_check": env.str("CACHE_CHECK", "strict", validate=checks),
        "access_token_seconds": env.int("ACCESS_TOKEN_SECONDS", 900, validate=_between(5, 86_400)),
        "refresh_token_days": env.int("REFRESH_TOKEN_DAYS", 30, validate=_between(1, 400)),
        "password_cost": env.list("PASSWORD_COST", ["19456", "2", "1"], validate=_cost),
        "login_rate_account": env.str("LOGIN_RATE_ACCOUNT", "10 per minute", validate=_rate),
        "login_rate_address": env.str("LOGIN_RATE_ADDRESS", "60 per minute", validate=_rate),
        "rate_storage": env.str("RATE_STORAGE", "memory://", validate=_rate_storage),
        "database_pool": env.int("DATABASE_POOL", 5, validate=_between(1, 500)),
        "database_timeout": env.int("DATABASE_TIMEOUT", 30, validate=_between(1, 3600)),
        "metrics": env.bool("METRICS", False),
        "time_travel": env.bool("TIME_TRAVEL", False),
        "history_days": env.int("HISTORY_DAYS", 365, validate=_between(1, 36_500)),
        "post_url": env.str("POST_URL", "", validate=blog.check_pattern),
        "tag_url": env.str("TAG_URL", "", validate=blog.check_pattern),
        "author_url": env.str("AUTHOR_URL", "", validate=blog.check_pattern),
        "home_url": env.str("HOME_URL", "", validate=blog.check_address),
        "site_name": env.str("SITE_NAME", "Blog", validate=blog.check_name),
        "site_description": env.str("SITE_DESCRIPTION", "", validate=blog.check_description),
        "site_language": env.str("SITE_LANGUAGE", "", validate=blog.check_language),
        "feed_text": env.str("FEED_TEXT", "full", validate=validate.OneOf(["full", "summary"])),
        "websub_hub": env.str("WEBSUB_HUB", "", validate=blog.check_address),
        "log_level": env.str("LOG_LEVEL", "info", validate=levels),
    }
    secret = env.str("SECRET_KEY", "")
    faults = _faults(env)
    if values["cache_check"] == "notify" and not str(values["database_url"]).startswith(
        "postgresql"
    ):
        faults.append("CMS_CACHE_CHECK: notify needs PostgreSQL; on SQLite strict costs nothing.")
    faults += _secret_faults(secret, is_production=mode == "production")
    if faults:
        raise FaultyConfiguration(faults)
    values["secret_key"] = secret or _development_secret(data_dir)
    values["site_url"] = values["site_url"].rstrip("/")
    values["home_url"] = values["home_url"] or blog.root_of(values["post_url"])
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


def _secret_faults(secret: str, *, is_production: bool) -> list[str]:
    remedy = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not secret:
        return [f"CMS_SECRET_KEY: must be set in production. {remedy}"] if is_production else []
    if len(secret.encode()) < SHORTEST_SECRET:
        return [f"CMS_SECRET_KEY: shorter than {SHORTEST_SECRET} bytes. {remedy}"]
    if len(set(secret)) < FEWEST_DIFFERENT or any(word in secret.lower() for word in WELL_KNOWN):
        return [f"CMS_SECRET_KEY: a well-known or guessable value. {remedy}"]
    return []


def _development_secret(data_dir: Path) -> str:
    """The secret kept in the data folder, made on first use, readable by its owner only."""
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # Written whole under another name first: of two processes that start at once, one
        # wins, and no reader sees half a secret. mkstemp creates files with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=data_dir, prefix="secret.")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text().strip()


def _between(smallest: int, largest: int) -> validate.Range:
    return validate.Range(smallest, largest, error="Must be from {min} to {max}.")


def _database(value: str) -> None:
    try:
        url = make_url(value)
    except ArgumentError as error:
        message = "Not a database address. Write sqlite:///path or postgresql://user@host/name."
        raise ValidationError(message) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        message = f"{url.get_backend_name()} is not supported: SQLite and PostgreSQL are."
        raise ValidationError(message)
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        message = "A database in memory would be lost with each process. Name a file."
        raise ValidationError(message)


def _address(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = "Not an address. Write https://cms.example.org."
        raise ValidationError(message)


def _origins(values: list[str]) -> None:
    for value in values:
        parts = urlsplit(value.strip())
        plain = parts.hostname and not (parts.path or parts.query or parts.fragment)
        # Flask-Cors would take these characters as a regular expression.
        plain = plain and not set(value) & set("*[]()^$\\")
        if value.strip() != "*" and not (parts.scheme in {"http", "https"} and plain):
            message = f"{value!r} is not an origin. Write https://blog.example.org, without a path."
            raise ValidationError(message)


def _networks(values: list[str]) -> None:
    for value in values:
        try:
            ipaddress.ip_network(value.strip())
        except ValueError as error:
            message = f"{value!r} is not a network. Write 10.0.0.0/8 or a single address."
            raise ValidationError(message) from error


def _cost(values: list[str]) -> None:
    numbers = [int(item) for item in values if item.strip().isdecimal()]
    valid = len(numbers) == len(values) == 3 and min(numbers) >= 1  # noqa: PLR2004
    if not valid or not 8 * numbers[2] <= numbers[0] <= 4_194_304:  # noqa: PLR2004 - 4 GiB
        message = "Write memory in KiB, passes and lanes, such as 19456,2,1."
        raise ValidationError(message)


def _rate(value: str) -> None:
    try:
        parse_rate(value)
    except ValueError as error:
        message = f"{value!r} is not a rate. Write 10 per minute."
        raise ValidationError(message) from error


def _rate_storage(value: str) -> None:
    if urlsplit(value).scheme not in {"memory", "redis", "rediss", "valkey", "valkeys"}:
        message = "Write memory:// or redis://host:6379."
        raise ValidationError(message)
