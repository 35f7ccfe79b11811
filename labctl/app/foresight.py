"""What is known of a run before it starts: how many points, and which of them only the guarded rule can judge."""

from labctl.app.engine import prepare
from labctl.app.job import Job
from labctl.language import Text


def foresee(job: Job) -> list[Text]:
    """Return what a person should know before the run, in lines.

    Raises:
        StationError, ProcedureError, TraceabilityError: the job cannot be carried out as it stands.
        StoreFailed: the disk cannot hold the run.
    """
    prepared = prepare(job)
    points = sum(len(each.points) for each in prepared.plan)
    return [Text("{points} points", zh="{points} 个校准点").filled(points=points)]
