"""What an operator can set: how each setting is read, and what the documentation says of it."""

import ipaddress
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from environs import Env
from marshmallow import validate

from cms.foundation.settings import pages, values
from cms.foundation.settings.secret import SHORTEST

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Check: TypeAlias = Callable[[Any], Any]
PREFIX = "CMS_"
# Where failed logins are counted: by each process for itself.
IN_MEMORY = "memory://"


def _text(default: str, about: str, *, check: Check | None = None, shown: str = "") -> Any:
    """``shown``: what the documentation says of a default that depends on something."""
    return _setting(Env.str, default, about, check=check, shown=shown or default or "none")


def _number(default: int, about: str, *, between: tuple[int, int]) -> Any:
    check = values.between(*between)
    return _setting(Env.int, default, about, check=check, shown=str(default))


def _switch(about: str) -> Any:
    return _setting(Env.bool, default=False, about=about, shown="false")


def _list(default: list[str], about: str, *, check: Check) -> Any:
    return _setting(Env.list, default, about, check=check, shown=",".join(default) or "none")


def _setting(
    read: Callable[..., Any], default: Any, about: str, *, check: Check | None = None, shown: str
) -> Any:
    """A field of ``Settings``: how it is read, and what the documentation says of it."""
    found = partial(read, default=default, validate=check)
    return field(metadata={"read": found, "about": about, "default": shown})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator can set. One environment variable each."""

    env: str = _text(
        "development",
        "`development` or `production`; production insists on a secret of its own and logs JSON",
        check=validate.OneOf(["development", "production"]),
    )
    data_dir: Path = _text("./data", "folder of the SQLite file and the generated secret")
    database_url: str = _text(
        "",
        "`sqlite:///…` or `postgresql://…`",
        check=values.database,
        shown="SQLite in the data folder",
    )
    secret_key: str = _text(
        "",
        f"signs tokens and cursors, seals secrets; at least {SHORTEST} bytes; must be set in "
        "production",
        shown="generated in development",
    )
    site_url: str = _text(
        "",
        "public address of this service, for links",
        check=values.address,
        shown="http://HOST:PORT",
    )
    host: str = _text("127.0.0.1", "address to listen on", check=validate.Length(min=1))
    port: int = _number(8000, "port to listen on", between=(1, 65535))
    workers: int = _number(1, "server processes", between=(1, 256))
    # Threads get into each other's way: the second one is for a client that takes its time.
    threads: int = _number(
        2, "threads of each process; more only where the database is far away", between=(1, 256)
    )
    worker: str = _text(
        "embedded",
        "what does the work that is due, such as publishing scheduled posts and sending mails: "
        "`embedded`, each process of `cms serve` beside its requests, or `none`: `cms worker` runs "
        "apart",
        check=validate.OneOf(["embedded", "none"]),
    )
    streams: int = _number(
        50,
        "streams of changes, waiting requests and exports that each process keeps open at once; "
        "each has a thread of its own beside `CMS_THREADS`",
        between=(0, 10_000),
    )
    cors_origins: tuple[str, ...] = _list(
        [],
        "origins whose pages may call the API, separated by commas; `*` for all",
        check=values.origins,
    )
    trusted_proxies: tuple[Network, ...] = _list(
        [],
        "networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count, separated by commas",
        check=values.networks,
    )
    max_body_bytes: int = _number(2_000_000, "largest request body", between=(1024, 2**31))
    public_max_age: int = _number(
        60,
        "seconds for which caches may keep a public answer without asking",
        between=(0, 31_536_000),
    )
    cache_bytes: int = _number(
        16_000_000,
        "memory of each process for finished public answers; 0 keeps none",
        between=(0, 2**40),
    )
    cache_check: str = _text(
        "strict",
        "how a process learns that the site has changed: `strict` asks the database at each "
        "request, `notify` (PostgreSQL) is told, some milliseconds late",
        check=validate.OneOf(["strict", "notify"]),
    )
    access_token_seconds: int = _number(900, "life of an access token", between=(5, 86_400))
    refresh_token_days: int = _number(30, "life of an unused login", between=(1, 400))
    password_cost: tuple[int, int, int] = _list(
        ["19456", "2", "1"], "argon2id cost: memory in KiB, passes, lanes", check=values.cost
    )
    login_rate_account: str = _text(
        "10 per minute", "failed logins allowed for one account", check=values.rate
    )
    login_rate_address: str = _text(
        "60 per minute", "failed logins allowed from one address", check=values.rate
    )
    rate_storage: str = _text(
        IN_MEMORY,
        "where failed logins are counted: `memory://` (per process) or `redis://…`",
        check=values.rate_storage,
    )
    database_pool: int = _number(5, "PostgreSQL connections kept by each process", between=(1, 500))
    metrics: bool = _switch(
        "`true` serves counts for Prometheus at `/metrics`; let only your monitor reach it"
    )
    time_travel: bool = _switch(
        "`true` lets readers ask for the site as it was (`as_of`), withdrawn posts included"
    )
    history_days: int = _number(
        365, "days for which `cms prune` keeps what readers no longer see", between=(1, 36_500)
    )
    trash_days: int = _number(
        30, "days for which deleted posts stay in the trash", between=(1, 36_500)
    )
    database_timeout: int = _number(
        30,
        "seconds: how long a PostgreSQL statement may run, how long to wait for a connection or a "
        "turn to write (SQLite: behind other requests of the same process)",
        between=(1, 3600),
    )
    checks: str = _text(
        "off",
        "`errors` refuses to publish what the content checks call an error, `warnings` what they "
        "call either; `off` only tells who asks",
        check=validate.OneOf(["off", "errors", "warnings"]),
    )
    post_url: str = _text(
        "",
        "address of a post's page, such as `https://blog.example/{slug}`; without it there are no "
        "feeds and sitemaps",
        check=pages.check_pattern,
    )
    tag_url: str = _text("", "address of a tag's page, with `{slug}`", check=pages.check_pattern)
    author_url: str = _text(
        "", "address of an author's page, with `{slug}`", check=pages.check_pattern
    )
    home_url: str = _text(
        "",
        "address of the blog's first page; if not set, the root of `CMS_POST_URL`",
        check=pages.check_address,
    )
    site_name: str = _text(
        "Blog", "title of the blog, in feeds and for search engines", check=pages.check_name
    )
    site_description: str = _text(
        "", "what the blog is about, in one line", check=pages.check_description
    )
    site_language: str = _text(
        "", "language of the blog, such as `en` or `pt-BR`", check=pages.check_language
    )
    feed_text: str = _text(
        "full",
        "`full`: feeds hold the whole text of posts; `summary`: the excerpt only",
        check=validate.OneOf(["full", "summary"]),
    )
    websub_hub: str = _text(
        "", "address of the WebSub hub that feeds name", check=pages.check_address
    )
    mail_url: str = _text(
        "",
        "mail server for invitations and forgotten passwords: `smtps://user:password@host:465`, or "
        "`smtp://…:587`, which must offer STARTTLS unless it is on this machine",
        check=values.mail_server,
    )
    mail_from: str = _text(
        "",
        "sender of mails, such as `Blog <cms@example.org>`; needed with `CMS_MAIL_URL`",
        check=values.sender,
    )
    password_url: str = _text(
        "",
        "address of your page where a password is set, with `{token}`; if not set, this service "
        "shows one below `CMS_SITE_URL`",
        check=pages.check_password_pattern,
    )
    log_level: str = _text(
        "info",
        "`debug`, `info`, `warning` or `error`",
        check=validate.OneOf(["debug", "info", "warning", "error"]),
    )

    @property
    def is_production(self) -> bool:
        """Whether the strict rules hold."""
        return self.env == "production"


def documented() -> tuple[Field[Any], ...]:
    """The settings in the order of the documentation, with their metadata."""
    return fields(Settings)


def variable(setting: Field[Any]) -> str:
    """The name of a setting in the environment."""
    return f"{PREFIX}{setting.name.upper()}"
