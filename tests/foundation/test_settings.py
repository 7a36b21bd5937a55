"""Settings: all faults at once, strict in production, convenient in development."""

import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cms.foundation import settings
from cms.foundation.errors import FaultyConfiguration
from cms.foundation.settings import Settings

GOOD_SECRET = "9f2c4be17a60d3851e7b4f0a6c2d8e91"  # noqa: S105 - 32 bytes
Environment = Callable[..., None]


def _faults() -> list[str]:
    with pytest.raises(FaultyConfiguration) as caught:
        settings.load()
    assert str(caught.value).splitlines() == caught.value.faults
    return caught.value.faults


def test_nothing_has_to_be_set_in_development(
    clean_environment: Environment, tmp_path: Path
) -> None:
    clean_environment()

    loaded = settings.load()

    assert loaded.env == "development"
    assert not loaded.is_production
    assert loaded.database_url == f"sqlite:///{tmp_path / 'data' / 'cms.sqlite'}"
    assert loaded.site_url == "http://127.0.0.1:8000"
    assert loaded.cors_origins == loaded.trusted_proxies == ()


def test_the_documented_defaults_are_the_real_ones(clean_environment: Environment) -> None:
    clean_environment()
    loaded = settings.load()
    plain = {"CMS_SITE_URL", "CMS_DATABASE_URL", "CMS_SECRET_KEY", "CMS_DATA_DIR"}

    for field in settings.documented():
        assert field.metadata["about"]
        if settings.variable(field) in plain:
            continue
        value = getattr(loaded, field.name)
        shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        shown = shown.lower() if isinstance(value, bool) else shown
        assert (shown or "none") == field.metadata["default"], field.name


def test_every_setting_is_read_from_its_variable(
    clean_environment: Environment, tmp_path: Path
) -> None:
    other: dict[str, tuple[str, Any]] = {
        "ENV": ("production", "production"),
        "DATA_DIR": (str(tmp_path / "elsewhere"), tmp_path / "elsewhere"),
        "DATABASE_URL": ("postgresql://cms@db/cms", "postgresql://cms@db/cms"),
        "SECRET_KEY": (GOOD_SECRET, GOOD_SECRET),
        "SITE_URL": ("https://cms.test/", "https://cms.test"),
        "HOST": ("::1", "::1"),
        "PORT": ("9000", 9000),
        "WORKERS": ("3", 3),
        "THREADS": ("7", 7),
        "WORKER": ("none", "none"),
        "STREAMS": ("9", 9),
        "CORS_ORIGINS": (
            "https://a.test, https://b.test:8443",
            ("https://a.test", "https://b.test:8443"),
        ),
        "TRUSTED_PROXIES": (
            "10.0.0.0/8, 192.0.2.1,::1",
            (ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32"), ip_network("::1/128")),
        ),
        "MAX_BODY_BYTES": ("4096", 4096),
        "PUBLIC_MAX_AGE": ("0", 0),
        "CACHE_BYTES": ("0", 0),
        "CACHE_CHECK": ("notify", "notify"),
        "ACCESS_TOKEN_SECONDS": ("60", 60),
        "REFRESH_TOKEN_DAYS": ("7", 7),
        "PASSWORD_COST": ("64,3,2", (64, 3, 2)),
        "LOGIN_RATE_ACCOUNT": ("5 per hour", "5 per hour"),
        "LOGIN_RATE_ADDRESS": ("50 per hour", "50 per hour"),
        "RATE_STORAGE": ("redis://cache:6379", "redis://cache:6379"),
        "DATABASE_POOL": ("9", 9),
        "DATABASE_TIMEOUT": ("5", 5),
        "METRICS": ("true", True),
        "TIME_TRAVEL": ("true", True),
        "HISTORY_DAYS": ("30", 30),
        "TRASH_DAYS": ("7", 7),
        "CHECKS": ("warnings", "warnings"),
        "POST_URL": ("https://a.test/{slug}?x=1", "https://a.test/{slug}?x=1"),
        "TAG_URL": ("http://a.test/#/t/{slug}", "http://a.test/#/t/{slug}"),
        "AUTHOR_URL": ("https://a.test:8443/{slug}/", "https://a.test:8443/{slug}/"),
        "HOME_URL": ("https://a.test/blog", "https://a.test/blog"),
        "SITE_NAME": ("Quand même\u00a0!", "Quand même\u00a0!"),
        "SITE_DESCRIPTION": ("What <we> think", "What <we> think"),
        "SITE_LANGUAGE": ("pt-BR", "pt-BR"),
        "FEED_TEXT": ("summary", "summary"),
        "WEBSUB_HUB": ("https://hub.test/?a=b", "https://hub.test/?a=b"),
        "MAIL_URL": ("smtps://cms:p%40ss@mail.test", "smtps://cms:p%40ss@mail.test"),
        "MAIL_FROM": ("Blog <cms@mail.test>", "Blog <cms@mail.test>"),
        "PASSWORD_URL": ("https://a.test/#/p/{token}", "https://a.test/#/p/{token}"),
        "LOG_LEVEL": ("warning", "warning"),
    }
    assert {f"CMS_{name}" for name in other} >= {
        settings.variable(field) for field in settings.documented()
    }
    clean_environment(**{name: text for name, (text, _) in other.items()})

    loaded = settings.load()

    assert {name: getattr(loaded, name.lower()) for name in other} == {
        name: value for name, (_, value) in other.items()
    }


def test_a_file_of_settings_is_read_and_the_environment_wins(
    clean_environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_environment(PORT="9001")
    # What a file sets is written into the environment; this takes it out again.
    monkeypatch.setenv("CMS_HOST", "x")
    monkeypatch.delenv("CMS_HOST")
    (tmp_path / ".env").write_text("CMS_PORT=9000\nCMS_HOST=192.0.2.5\n")

    loaded = settings.load()

    assert (loaded.port, loaded.host) == (9001, "192.0.2.5")


BAD: dict[str, list[str]] = {
    "ENV": ["staging", "Production", ""],
    "DATABASE_URL": [
        "",
        "rubbish",
        "mysql://cms@db/cms",
        "sqlite://",
        "sqlite:///:memory:",
        "http://db/cms",
    ],
    "SITE_URL": ["", "cms.test", "ftp://cms.test", "https://", "https://a.test/?x", "https://a#b"],
    "HOST": [""],
    "PORT": ["0", "65536", "-1", "http", "", "8000.5"],
    "WORKERS": ["0", "257", "many"],
    "THREADS": ["0", "257", "many"],
    "WORKER": ["", "both"],
    "STREAMS": ["-1", "10001", "many"],
    "CORS_ORIGINS": [
        "a.test",
        "https://a.test/path",
        "https://a.test,rubbish",
        "null",
        "https://",
        "https://*.a.test",
    ],
    "TRUSTED_PROXIES": ["rubbish", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8,x", "proxy.test"],
    "MAX_BODY_BYTES": ["1023", "2147483649", "2MB"],
    "PUBLIC_MAX_AGE": ["-1", "31536001", "1m"],
    "CACHE_BYTES": ["-1", "1099511627777", "16MB"],
    # Nobody tells on SQLite, which is the default.
    "CACHE_CHECK": ["", "lax", "Strict", "notify"],
    "ACCESS_TOKEN_SECONDS": ["4", "86401", "x"],
    "REFRESH_TOKEN_DAYS": ["0", "401", "x"],
    "PASSWORD_COST": ["8", "8,1", "7,1,1", "15,1,2", "8,0,1", "8,1,0", "x,1,1", "4194305,1,1"],
    "LOGIN_RATE_ACCOUNT": ["", "ten", "10 per fortnight", "per minute"],
    "LOGIN_RATE_ADDRESS": ["", "ten", "10 per fortnight", "per minute"],
    "RATE_STORAGE": ["", "memory", "memcached://x", "file:///x"],
    "DATABASE_POOL": ["0", "501", "x"],
    "DATABASE_TIMEOUT": ["0", "3601", "x"],
    "METRICS": ["perhaps", "2"],
    "TIME_TRAVEL": ["perhaps", "2"],
    "HISTORY_DAYS": ["0", "36501", "a month"],
    "TRASH_DAYS": ["0", "36501", "a month"],
    "CHECKS": ["on", "error"],
    "POST_URL": [
        *("/{slug}", "blog.test/{slug}", "ftp://a.test/{slug}", "https:///{slug}"),
        *("https://a.test/", "https://{slug}.test/", "https://a.test/{slug}/{slug}"),
        *("https://a.test/{slug}/{id}", "https://a.test/ {slug}", "https://a.test/<{slug}"),
        *("https://[a/{slug}", "https://a.test:x/{slug}", "https://ä.test/{slug}"),
        "https://a.test/{slug}" + "x" * 200,
    ],
    "TAG_URL": ["https://a.test/tags", "javascript:{slug}"],
    "AUTHOR_URL": ["https://a.test/by", "//a.test/{slug}"],
    "HOME_URL": ["a.test", "https://a.test/{slug}", "https://"],
    "SITE_NAME": ["", "x" * 201, "a\nb"],
    "SITE_DESCRIPTION": ["x" * 1001, "a\u2028b"],
    "SITE_LANGUAGE": ["english!", "e", "pt_BR"],
    "FEED_TEXT": ["", "none"],
    "WEBSUB_HUB": ["hub.test", "https://a.test/ b"],
    "MAIL_URL": [
        "mail.test",
        "http://mail.test",
        "smtp://",
        "smtp://a:x",
        "smtps://a/b",
        "smtp://[a",
    ],
    "MAIL_FROM": ["cms", "a@b.test, c@d.test", "Blog <cms@a.test>\nBcc: x@y.test", "<>"],
    "PASSWORD_URL": [
        "https://a.test/",
        "https://a.test/{slug}",
        "/{token}",
        "https://{token}.test",
    ],
    "LOG_LEVEL": ["loud", "INFO", ""],
}
CASES = [(name, value) for name, values in BAD.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{n}={v}" for n, v in CASES])
def test_a_faulty_value_is_named_and_explained(
    clean_environment: Environment, name: str, value: str
) -> None:
    clean_environment(**{name: value})

    (fault,) = _faults()

    variable, _, explanation = fault.partition(": ")
    assert variable == f"CMS_{name}"
    assert len(explanation) > 10


def test_every_setting_that_can_be_wrong_has_been_tried_wrong() -> None:
    tried = {f"CMS_{name}" for name in BAD} | {"CMS_SECRET_KEY", "CMS_DATA_DIR"}

    assert tried == {settings.variable(field) for field in settings.documented()}


def test_all_faults_are_reported_at_once(clean_environment: Environment) -> None:
    clean_environment(**{name: values[-1] for name, values in BAD.items()}, SECRET_KEY="short")

    found = {fault.partition(": ")[0] for fault in _faults()}

    assert found == {f"CMS_{name}" for name in BAD} | {"CMS_SECRET_KEY"}


def test_faults_do_not_show_the_secret_or_the_password_of_the_database(
    clean_environment: Environment,
) -> None:
    clean_environment(
        SECRET_KEY="hunter2",
        DATABASE_URL="mysql://root:hunter3@db/cms",
        MAIL_URL="http://cms:hunter4@mail.test",
    )

    assert not re.search("hunter", str(_faults()))


def test_a_mail_server_needs_a_sender(clean_environment: Environment) -> None:
    clean_environment(MAIL_URL="smtp://cms:hunter4@mail.test")

    (fault,) = _faults()

    assert fault.startswith("CMS_MAIL_FROM: ")
    assert "hunter" not in fault


def test_production_needs_a_secret_of_its_own(
    clean_environment: Environment, tmp_path: Path
) -> None:
    clean_environment(ENV="production")

    (fault,) = _faults()

    assert fault.startswith("CMS_SECRET_KEY: ")
    assert "token_urlsafe" in fault
    assert not (tmp_path / "data").exists()


WEAK = {
    "short": "9f2c4be17a60d3851e7b4f0a6c2d8e9",
    "one letter": "x" * 64,
    "seven letters": "abcdefg" * 10,
    "change-me": "change-me-9f2c4be17a60d3851e7b4f0a6c2d8e91",
    "CHANGEME": "CHANGEME9f2c4be17a60d3851e7b4f0a6c2d8e91",
    "secret": "my-very-long-and-very-good-secret-key-0123456789",
    "password": "password-9f2c4be17a60d3851e7b4f0a6c2d8e91",
    "your-": "your-key-goes-here-9f2c4be17a60d3851e7b4f0a",
    "example": "example-9f2c4be17a60d3851e7b4f0a6c2d8e91",
}


@pytest.mark.parametrize("env", ["development", "production"])
@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_secret_stops_the_start_everywhere(
    clean_environment: Environment, env: str, weak: str
) -> None:
    clean_environment(ENV=env, SECRET_KEY=WEAK[weak])

    (fault,) = _faults()

    assert fault.startswith("CMS_SECRET_KEY: ")
    assert WEAK[weak] not in fault


@pytest.mark.parametrize("secret", [GOOD_SECRET, "ünïcödéß" * 4, "é" * 8 + "abcdefgh" * 2])
def test_the_length_of_a_secret_is_counted_in_bytes(
    clean_environment: Environment, secret: str
) -> None:
    clean_environment(ENV="production", SECRET_KEY=secret)

    assert settings.load().secret_key == secret


def test_a_generated_secret_is_private_good_and_kept(
    clean_environment: Environment, tmp_path: Path
) -> None:
    clean_environment()

    first, second = settings.load(), settings.load()

    path = tmp_path / "data" / "secret.key"
    assert first.secret_key == second.secret_key == path.read_text().strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]
    clean_environment(ENV="production", SECRET_KEY=first.secret_key)
    assert settings.load().secret_key == first.secret_key


def test_two_data_folders_get_two_secrets(clean_environment: Environment, tmp_path: Path) -> None:
    seen = set()
    for name in ("one", "two"):
        clean_environment(DATA_DIR=tmp_path / name)
        seen.add(settings.load().secret_key)

    assert len(seen) == 2


def test_processes_that_start_at_once_agree_on_one_secret(
    clean_environment: Environment, tmp_path: Path
) -> None:
    for number in range(10):
        clean_environment(DATA_DIR=tmp_path / str(number))
        with ThreadPoolExecutor(8) as pool:
            found = {loaded.secret_key for loaded in pool.map(lambda _: settings.load(), range(8))}
        assert len(found) == 1


def test_settings_cannot_be_changed_afterwards(clean_environment: Environment) -> None:
    clean_environment()
    loaded: Settings = settings.load()

    with pytest.raises(AttributeError):
        loaded.env = "production"  # type: ignore[misc]
