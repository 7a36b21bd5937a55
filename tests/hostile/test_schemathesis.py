"""schemathesis against a real server: whatever the document allows or forbids, it is kept."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.callers import HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECONDS = 150
# Without positive_data_acceptance: a signed cursor, an existing id, text without control characters
# and one of two ways to name authors are rules that a schema cannot state. What must be accepted
# is in test_baseline.py and test_limits.py.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
]
# They end the login that everything else needs.
ENDS_THE_LOGIN = ["log_out", "change_password"]


def test_schemathesis_finds_nothing(
    make_database_url: Callable[[str], str], tmp_path: Path
) -> None:
    with LiveServer.started(
        tmp_path,
        make_database_url("schemathesis"),
        CMS_ACCESS_TOKEN_SECONDS="86400",
        CMS_LOGIN_RATE_ACCOUNT="1000000 per minute",
        CMS_LOGIN_RATE_ADDRESS="1000000 per minute",
    ) as server:
        server.run("seed")
        with HttpCaller.logged_in(server) as caller:
            token = caller.token
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "--config-file",
            str(Path(__file__).with_name("schemathesis.toml")),
            "--no-color",
            "run",
            f"{server.url}/openapi.json",
            "--header",
            f"Authorization: Bearer {token}",
            "--checks",
            ",".join(CHECKS),
            "--max-time",
            str(SECONDS),
            # An answer may be waited for as long as `wait` allows.
            "--request-timeout",
            "40",
            "--workers",
            "2",
            "--continue-on-failure",
            "--warnings",
            "off",
            "--suppress-health-check",
            "all",
        ]
        for name in ENDS_THE_LOGIN:
            command += ["--exclude-operation-id", name]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            env={**os.environ, "NO_COLOR": "1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS * 3,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-5000:]
        assert "Traceback" not in server.log()
