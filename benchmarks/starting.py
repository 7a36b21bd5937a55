"""Scenarios of the start: from nothing to the first answer."""

import subprocess
import sys
import time

from benchmarks.load import ask, expect
from benchmarks.rows import Row, median
from benchmarks.servers import ROOT, cms
from benchmarks.sites import Bench, Site


def start(bench: Bench, site: Site) -> list[Row]:
    """CPU of all processes from the start to the first answer, with one worker."""
    # The first one compiles what pip would have compiled.
    _, *spent = [_spent(site) for _ in range(1 + bench.mode.starts)]
    return [
        Row("start", "to the first answer", median(spent), "s of CPU", "time", at_most=1.5),
        Row("start", "modules imported by then", _imported(site), "", "count"),
    ]


def _spent(site: Site) -> float:
    with cms(site.settings, workers=1) as server:
        expect(ask(f"{server.url}/api/v1/posts"), 200)
        return server.cpu_seconds()


def _imported(site: Site) -> int:
    """How many modules the application has imported when it has given its first answer."""
    script = (
        "import sys; from cms.app import create_app; app = create_app(); "
        "assert app.test_client().get('/api/v1/posts').status_code == 200; print(len(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", script],
        env=site.settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def loading(site: Site) -> list[Row]:
    """How fast the site was loaded."""
    if site.loaded_per_second is None:
        return []
    return [
        Row(
            "load",
            f"{site.posts:,} posts with ready HTML",
            site.loaded_per_second,
            "posts/s",
            "time",
            at_least=1000,
        )
    ]


def now() -> str:
    """The day of a run."""
    return time.strftime("%Y-%m-%d")
