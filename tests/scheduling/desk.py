"""An editor's desk whose worker lives in another time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.content.posts.scheduling import alarms, due
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from cms.foundation.jobs.work import Works
from cms.foundation.jobs.worker import Worker
from tests import factories
from tests.callers import Caller

POSTS = "/api/v1/manage/posts"
HOUR = 3600
SCHEDULES: Works = {alarms.KIND: due.WORK}


def in_seconds(seconds: float) -> str:
    """A moment, as requests spell it."""
    return moments.spell(moments.now() + timedelta(seconds=seconds))


class Desk:
    """Schedules posts by the present clock; its worker's clock is set by hand."""

    def __init__(self, app: Edge, editor: Caller, works: Works = SCHEDULES) -> None:
        """For ``editor``; the worker does ``works``."""
        self.app, self.editor = app, editor
        self.now = moments.now()
        self.worker = Worker(app.database, works, now=self._time)

    def _time(self, _session: Session) -> datetime:
        return self.now

    def schedule(self, post: dict[str, Any], **values: Any) -> dict[str, Any]:
        """The post after it was scheduled; numbers are seconds from now."""
        answer = self.ask(post, **values)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        scheduled: dict[str, Any] = answer.get_json()
        return scheduled

    def ask(self, post: dict[str, Any], **values: Any) -> TestResponse:
        """Schedule it, whatever comes of it."""
        body = {
            name: in_seconds(value) if type(value) in {int, float} else value
            for name, value in values.items()
        }
        return self.editor.post(f"{POSTS}/{post['id']}/schedule", if_match="*", json=body)

    def unschedule(self, post: dict[str, Any]) -> dict[str, Any]:
        """The post after its schedule was taken back."""
        return factories.unscheduled(self.editor, post)

    def pass_time(self, seconds: float) -> None:
        """The worker comes so much later."""
        self.now += timedelta(seconds=seconds)
        self.worker.run_due()

    def post(self, post: dict[str, Any]) -> dict[str, Any]:
        """It as it is now."""
        found: dict[str, Any] = self.editor.get(f"{POSTS}/{post['id']}").get_json()
        return found

    def seen(self, slug: str) -> Any:
        """What readers see of it; ``None``: nothing."""
        answer = self.app.test_client().get(f"/api/v1/posts/{slug}")
        return answer.get_json() if answer.status_code == 200 else None
