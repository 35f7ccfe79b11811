"""What the window lets its worker do: look, check a choice, bring an engine up, review, issue."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from labctl.app.window import Desk
from labctl.errors import EngineFailed, LabctlError, RunOverdue
from labctl_gui import bridge as news

if TYPE_CHECKING:
    from labctl.app.readiness import Choice


def first_look(desk: Desk) -> news.News:
    """Look at the bench; where a run is under way nothing on it is touched."""
    return news.Looked(desk.look(touch=not desk.is_working()))


def look_unless(station: str) -> news.Job:
    """Return a job that looks at the bench, unless it is the one of this name."""

    def job(desk: Desk) -> news.News | None:
        return None if desk.station.name == station else first_look(desk)

    return job


def attached(desk: Desk) -> news.News:
    """Follow the run that a person expects to see."""
    return news.Attached(desk.attach(), working=desk.is_working())


def offered(desk: Desk) -> news.News:
    """Find out what can be chosen."""
    return news.Offered(desk.offer())


def usual(desk: Desk) -> news.News:
    """Check what stands there first."""
    return prepared(desk.usual())(desk) or news.Attached("")


def prepared(choice: "Choice") -> news.Job:
    """Return a job that checks a choice."""

    def job(desk: Desk) -> news.News:
        try:
            return news.Prepared(desk.make_ready(choice))
        except LabctlError as error:
            return news.NotPrepared(error.text())

    return job


def brought_up(engine: Callable[[Desk], str]) -> news.Job:
    """Return a job that brings an engine up."""

    def job(desk: Desk) -> news.News:
        try:
            return news.Attached(engine(desk))
        except LabctlError as error:
            overdue = isinstance(error, EngineFailed) and error.kind == RunOverdue.__name__
            return news.NotStarted(error.text(), overdue=overdue)

    return job


def reviewed(desk: Desk) -> news.News | None:
    """Look through the run that has finished."""
    handle, reviews = desk.handle, desk.review()
    return news.Reviewed(handle.run, reviews) if handle is not None and reviews else None


def issued(desk: Desk) -> news.News | None:
    """Issue the certificates, and verify them."""
    made = desk.issue()
    return news.CertificateReady(made) if made else None
