"""Begin a pack of your own: a driver, its simulator, a procedure and their tests, which work as they stand."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from labctl.errors import PackRefused
from labctl.language import Text

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MAKER = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_SUFFIX = ".tmpl"
_EXAMPLE = "acme-labctl"


def write_pack(name: str, maker: str, into: Path) -> tuple[Path, ...]:
    """Write a pack into a new folder named as it, and return its files.

    Args:
        name: of the distribution, `acme-labctl`; its package is `acme_labctl`.
        maker: whose instruments it drives, one word, `Acme`.
        into: the folder around the new one.

    Raises:
        PackRefused: a name that cannot be one, or something stands there already; nothing was written.
    """
    if _NAME.fullmatch(name) is None:
        raise PackRefused(
            pack=name,
            problem=Text("small letters, digits and hyphens make a name", zh="名称只能由小写字母、数字和连字符组成"),
            remedy=Text("Write it like {example}", zh="写法如 {example}").filled(example=_EXAMPLE),
        )
    if _MAKER.fullmatch(maker) is None:
        raise PackRefused(
            pack=name,
            problem=Text("{maker!r} is not one word of letters", zh="{maker!r} 不是单个英文词").filled(maker=maker),
            remedy=Text("Write it like Acme", zh="写法如 Acme"),
        )
    folder = into / name
    if folder.exists():
        raise PackRefused(
            pack=name,
            problem=Text("{folder} is there already", zh="{folder} 已存在").filled(folder=folder),
            remedy=Text("Choose another name or folder", zh="请另选名称或文件夹"),
        )
    package = name.replace("-", "_")
    words = {"acme-labctl": name, "acme_labctl": package, "acme/": f"{maker.lower()}/", "ACME": maker.upper()}
    words |= {"Acme": maker, "acme = ": f"{maker.lower()} = ", "acme-quick": f"{maker.lower()}-quick"}
    written: list[Path] = []
    for place, template in _templates(files("labctl.app") / "template"):
        path = folder / place.replace("package/", f"{package}/", 1).removesuffix(_SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_renamed(template.read_text("utf-8"), words), "utf-8")
        written.append(path)
    return tuple(sorted(written))


def _templates(folder: Traversable, place: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _templates(each, f"{place}{each.name}/")
        elif each.name.endswith(_SUFFIX):
            found.append((place + each.name, each))
    return found


def _renamed(text: str, words: dict[str, str]) -> str:
    for word, instead in words.items():
        text = text.replace(word, instead)
    return text
