"""A procedure from its folder: imported as a module of its own; a mistake in it is told with file and line."""

import importlib.util
import re
import sys
import traceback
from contextlib import redirect_stdout
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from labctl.errors import LabctlError, ProcedureError
from labctl.language import Text
from labctl.procedure.procedure import Procedure

FILE = "procedure.py"
"""The module of a procedure's folder that holds its head."""


def load_folder(folder: Path) -> Procedure:
    """Return the procedure of a folder.

    The module is named after the folder's path and content, so that two editions of one procedure, as an archive
    and its successor, live side by side.

    Raises:
        ProcedureError: there is none, or it cannot be imported; with file and line.
    """
    file = (folder / FILE if folder.is_dir() else folder).resolve()
    if not file.is_file():
        raise ProcedureError(where=str(file), problem=_MISSING, remedy=_NAME_FOLDER)
    module = module_of(file)
    found = [each for each in vars(module).values() if isinstance(each, Procedure)]
    if len(found) != 1:
        problem = Text("holds {count} procedures, one is needed", zh="含有 {count} 个规程，应为一个").filled(
            count=len(found)
        )
        raise ProcedureError(where=file.name, problem=problem, remedy=_DECLARE)
    return found[0]


def refused(file: Path, failure: BaseException) -> ProcedureError:
    """Return the error for an exception that a procedure's own lines raised, with the last such line."""
    line = _line(file, failure)
    where = f"{file.name}, line {line}" if line else file.name
    if isinstance(failure, ProcedureError):
        return ProcedureError(where=f"{where}, {failure.where}", problem=failure.problem, remedy=failure.remedy)
    if isinstance(failure, SyntaxError) and _NO_UTF8.search(failure.msg):
        return ProcedureError(where=where, problem=_ENCODED, remedy=_SAVE)
    if (name := _unknown(failure)) is not None:
        return ProcedureError(where=where, problem=_NOT_HERE.filled(name=name), remedy=_SEE_REFERENCE)
    return ProcedureError(where=where, problem=_words(failure), remedy=_CORRECT)


def _unknown(failure: BaseException) -> str | None:
    """Return the word of the language that this release does not have, where that is what failed."""
    match failure:
        case ImportError():
            found = _UNKNOWN_NAME.search(str(failure))
        case TypeError():
            found = _UNKNOWN_ARGUMENT.search(str(failure))
        case AttributeError(name=str() as name, obj=Procedure()):
            return name
        case _:
            return None
    return found[1] if found is not None else None


def _words(failure: BaseException) -> Text:
    match failure:
        case LabctlError():
            return failure.text()
        case SystemExit():
            return Text("it ends the program", zh="它会终止程序")
        case SyntaxError(msg=message):
            return Text("is no Python: {message}", zh="不是有效的 Python：{message}").filled(message=message)
        case _:
            kind = type(failure).__name__
            return Text("{kind}: {failure}", zh="{kind}：{failure}").filled(kind=kind, failure=failure)


def module_of(file: Path) -> ModuleType:
    """Return a file of a procedure, imported. Raises ProcedureError with file and line."""
    digest = sha256(f"{file}\0".encode() + file.read_bytes()).hexdigest()[:16]
    name = f"labctl_procedure_{digest}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ProcedureError(where=file.name, problem=_MISSING, remedy=_NAME_FOLDER)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that what it defines can be found by name
    try:
        with redirect_stdout(sys.stderr):  # what a module prints is none of what labctl answers, such as JSON
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as failure:
        del sys.modules[name]
        raise refused(file, failure) from failure
    return module


def _line(file: Path, failure: BaseException) -> int:
    if isinstance(failure, SyntaxError) and failure.filename == str(file):
        return failure.lineno or 0
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(failure.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else 0


_UNKNOWN_NAME = re.compile(r"cannot import name '(\w+)' from 'labctl\.procedure'")
_UNKNOWN_ARGUMENT = re.compile(r"unexpected keyword argument '(\w+)'")
_NO_UTF8 = re.compile(r"codec can't decode|null bytes|Non-UTF-8")
_ENCODED = Text("is not encoded in UTF-8", zh="不是 UTF-8 编码")
_SAVE = Text("Save it in UTF-8", zh="请存为 UTF-8 编码")
_MISSING = Text("there is no procedure", zh="没有规程")
_NAME_FOLDER = Text(
    "Name a folder that holds procedure.py, or an installed procedure",
    zh="请指定含有 procedure.py 的文件夹或已安装的规程",
)
_DECLARE = Text("Declare it as METHOD = Procedure(…)", zh="请以 METHOD = Procedure(…) 声明")
_CORRECT = Text("Correct the line and run labctl check again", zh="请更正该行，再运行 labctl check")
_NOT_HERE = Text("{name} is not in this release", zh="本版本没有 {name}")
_SEE_REFERENCE = Text(
    "What this release knows stands in docs/reference/procedure-language.md",
    zh="本版本支持的内容见 docs/reference/procedure-language.md",
)
