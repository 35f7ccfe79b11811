"""A procedure by whatever a person calls it: the name of an installed one, or a folder."""

from pathlib import Path

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.procedure.load import load_folder
from labctl.procedure.procedure import Procedure


def find_procedure(name: str) -> Procedure:
    """Return the installed procedure of this name, or the one of a folder or file at this path.

    Raises:
        ProcedureError: there is none, or it is malformed; with file and line.
    """
    path = Path(name)
    if path.is_dir() or path.suffix == ".py":
        return load_folder(path)
    from labctl.packs import procedures

    catalogue = procedures()
    found = catalogue.get(name)
    if isinstance(found, Procedure):
        return found
    broken = "; ".join(each.text().en for each in catalogue.broken)
    raise ProcedureError(
        where=name,
        problem=Text("is not installed and is no folder. {broken}", zh="未安装，也不是文件夹。{broken}").filled(
            broken=broken
        )
        if broken
        else Text("is not installed and is no folder", zh="未安装，也不是文件夹"),
        remedy=Text("Installed are: {known}", zh="已安装：{known}").filled(
            known=", ".join(sorted(catalogue.found)) or "—"
        ),
    )
