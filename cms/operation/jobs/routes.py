"""The addresses under which admins look after jobs."""

import uuid
from typing import Any, cast

from flask import current_app

from cms.accounts.access import requires
from cms.accounts.permissions import Permission
from cms.foundation.errors import Malformed
from cms.foundation.http import Blueprint, pages, session
from cms.foundation.jobs import actions, clock, queries
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import Works
from cms.operation.jobs.schemas import JobFilter, JobOut, JobPage, shown

blueprint = Blueprint(
    "jobs",
    __name__,
    url_prefix="/api/v1/manage/jobs",
    description="What is to be done at a moment, such as publishing a scheduled post.",
)


@blueprint.get("")
@requires(Permission.JOBS_MANAGE)
@blueprint.fails(Malformed)
@blueprint.arguments(JobFilter, location="query")
@blueprint.response(200, JobPage)
def list_jobs(page: dict[str, Any]) -> Any:
    """List jobs.

    Newest first. `status=dead` lists what failed too often, with its error.
    """
    now = clock.now(session())
    body, headers = pages.managed(
        session(),
        queries.matching(now=now, **pages.filters(page)),
        Job.id,
        scope="jobs",
        page=page,
    )
    return {**body, "data": [shown(job, now) for job in body["data"]]}, headers


@blueprint.post("/<uuid:job_id>/retry")
@requires(Permission.JOBS_MANAGE)
@blueprint.fails(actions.NotFailed)
@blueprint.response(200, JobOut)
def retry_job(job_id: uuid.UUID) -> Any:
    """Try a job again.

    One that failed, dead or not: a worker takes it up at once, as often as a new one.
    """
    now = clock.now(session())
    job = actions.retry(session(), queries.get(session(), job_id), now=now)
    return shown(job, now)


@blueprint.delete("/<uuid:job_id>")
@requires(Permission.JOBS_MANAGE)
@blueprint.fails(actions.NotFailed)
@blueprint.response(204)
def abandon_job(job_id: uuid.UUID) -> None:
    """Give a job up.

    One that failed. What it was for is brought to order: a scheduled post has the status again that
    it had before. What recurs, such as emptying the trash, waits for its next time.
    """
    works = cast(Works, current_app.extensions["cms.works"])
    job = queries.get(session(), job_id)
    actions.abandon(session(), job, works, now=clock.now(session()))
