"""The command line: every command a thin function over a use case, its words in the language that was asked for."""

import argparse
import sys
from collections.abc import Sequence

from labctl import errors
from labctl.cli import instruments, methods, records, running, wires
from labctl.cli.parser import Run, asked_language, parser_of
from labctl.cli.speech import DIFFERENT, FAILED, FINE, FOUND, NOT_VERIFIABLE, REFUSED, USAGE, complain
from labctl.errors import EngineError, EngineFailed, InstrumentError, LabctlError, RecordAltered, StoreFailed

__all__ = [
    "DIFFERENT",
    "FAILED",
    "FINE",
    "FOUND",
    "NOT_VERIFIABLE",
    "REFUSED",
    "USAGE",
    "main",
    "status_of",
]

_GROUPS = (running.add, methods.add, instruments.add, wires.add, records.add)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry one command out and return its exit status."""
    from labctl.app.language import preferred_language

    given = list(sys.argv[1:] if arguments is None else arguments)
    language = asked_language(given) or preferred_language()
    options = parser_of(language, _GROUPS).parse_args(given, argparse.Namespace(data=None))
    command: Run = options.command
    try:
        return command(options, language)
    except LabctlError as error:
        complain(error.within(language))
        return status_of(error)
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return FINE


def status_of(error: LabctlError) -> int:
    """Return the exit status that tells an error apart; an engine's refusal counts as what it refused for."""
    kind = type(error)
    if isinstance(error, EngineFailed):
        found = getattr(errors, error.kind, kind)
        kind = found if isinstance(found, type) else kind
    if issubclass(kind, RecordAltered):
        return DIFFERENT
    if issubclass(kind, StoreFailed | InstrumentError | EngineError):
        return FAILED
    return REFUSED
