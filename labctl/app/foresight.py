"""What is known of a run before it starts: points, which of them only the guarded rule can judge, warnings of today."""

from labctl.app.job import Job
from labctl.app.preparation import Prepared, prepare
from labctl.language import Language, Text
from labctl.metrology.conformity import Rule
from labctl.procedure.expected import EXCEPT, Expected
from labctl.procedure.finding import Severity


def foresee(job: Job) -> list[Text]:
    """Return what a person should know before the run, line by line: the warnings of the flight check last.

    Raises:
        StationError, ProcedureError, TraceabilityError: the job cannot be carried out as it stands; the flight check
            refuses it.
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
    return [*lines, *(_line(each) for each in guarded), *warnings_of(prepared)]


def warnings_of(prepared: Prepared) -> list[Text]:
    """Return the warnings of the flight check, a line each."""
    warned = [each for each in prepared.findings if each.severity is Severity.WARNING]
    return [Text(each.said(Language.ENGLISH), zh=each.said(Language.CHINESE)) for each in warned]


def _line(each: Expected) -> Text:
    return Text("  {section} {point}: U/MPEV = {ratio}", zh="  {section} {point}：U/MPEV = {ratio}").filled(
        section=each.section, point=each.point, ratio=f"{each.ratio:.2f}"
    )
