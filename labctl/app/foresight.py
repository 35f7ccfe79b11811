"""What is known of a run before it starts: how many points, and which of them only the guarded rule can judge."""

from labctl.app.job import Job
from labctl.app.preparation import prepare
from labctl.language import Text
from labctl.metrology.conformity import Rule
from labctl.procedure.expected import EXCEPT, Expected


def foresee(job: Job) -> list[Text]:
    """Return what a person should know before the run, line by line.

    Raises:
        StationError, ProcedureError, TraceabilityError: the job cannot be carried out as it stands.
        StoreFailed: the disk cannot hold the run.
    """
    prepared = prepare(job)
    guarded = [each for each in prepared.expected if each.rule is Rule.GUARDED]
    lines = [
        Text(
            "{count} points; {guarded} of them with U > MPEV/3, judged by the guarded rule of JJF 1094 ({without})",
            zh="共 {count} 个校准点，其中 {guarded} 个 U > MPEV/3，按 JJF 1094 第二规则判定（{without}）",
        ).filled(count=sum(len(each.points) for each in prepared.plan), guarded=len(guarded), without=EXCEPT)
    ]
    return [*lines, *(_line(each) for each in guarded)]


def _line(each: Expected) -> Text:
    return Text("  {section} {point}: U/MPEV = {ratio}", zh="  {section} {point}:U/MPEV = {ratio}").filled(
        section=each.section, point=each.point, ratio=f"{each.ratio:.2f}"
    )
