"""What admins do to send a link, workers to deliver it, and people to use one."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.links import forgotten, sending
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from cms.foundation.jobs import clock
from cms.foundation.jobs import work as jobs
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.worker import Worker
from tests.callers import Caller, ContractClient

USERS, INVITATIONS = "/api/v1/manage/users", "/api/v1/manage/invitations"
LOGIN, ME = "/api/v1/auth/login", "/api/v1/auth/me"
ACCEPT, RESET = "/api/v1/auth/accept-invitation", "/api/v1/auth/reset-password"
NEW = "staple of the nineties"


def invite(admin: Caller, email: str = "ada@example.org", role: str = "author") -> dict[str, Any]:
    """Invite somebody and expect that it works."""
    answer = admin.post(INVITATIONS, json={"email": email, "role": role})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def send_link(admin: Caller, user_id: str) -> dict[str, Any]:
    """Send a user a link and expect that it works."""
    answer = admin.post(f"{USERS}/{user_id}/invitation")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def deliver(app: Edge, later: timedelta = timedelta(0)) -> None:
    """Let workers do what is due, so much later than now."""

    def now(session: Session) -> datetime:
        return clock.now(session) + later

    # What one of them does may ask for more.
    for lane in jobs.lanes(app.extensions["cms.works"]):
        Worker(app.database, lane, now=now).run_due()


def left(database: Database) -> list[Job]:
    """The jobs about mails that are not done."""
    about_mails = Job.kind.in_((forgotten.KIND, sending.KIND))
    with database.session(read_only=True) as session:
        return list(session.scalars(select(Job).where(about_mails).order_by(Job.id)))


def token_of(link: str) -> str:
    """What in a link or a mail sets the password."""
    (found,) = re.findall(r"cms_(?:inv|pwd)_\w+", link)
    return str(found)


def accept(app: Edge, token: str, password: str = NEW) -> Any:
    """Use an invitation."""
    return ContractClient(app).post(ACCEPT, json={"token": token, "password": password})


def reset(app: Edge, token: str, password: str = NEW) -> Any:
    """Use a link of somebody who forgot the password."""
    return ContractClient(app).post(RESET, json={"token": token, "new_password": password})


def log_in(app: Edge, email: str, password: str) -> int:
    """The status of a login."""
    return ContractClient(app).post(LOGIN, json={"email": email, "password": password}).status_code
