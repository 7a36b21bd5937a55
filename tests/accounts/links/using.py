"""What admins do to send a link, and people to use one."""

import re
from typing import Any

from cms.foundation.http.edge import Edge
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
