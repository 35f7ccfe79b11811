"""One mechanism for words: every sentence a person reads is written in English with its Chinese beside it."""

import errno
from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen


class Language(Enum):
    """A language in which labctl speaks to a person."""

    ENGLISH = "en"
    CHINESE = "zh"


@frozen
class Text:
    """A sentence or title in both languages.

    >>> Text("Zero", zh="零位").within(Language.CHINESE)
    '零位'
    >>> Text("range {top}", zh="量程 {top}").filled(top="10 V").en
    'range 10 V'
    """

    en: str
    zh: str = field(kw_only=True, default="")  # empty: not translated yet, `check` warns

    def within(self, language: Language) -> str:
        """Return the words of one language, the English ones where no translation stands."""
        return self.zh or self.en if language is Language.CHINESE else self.en

    def filled(self, **facts: object) -> "Text":
        """Return the text with its placeholders replaced; a `Text` among the facts speaks its own language."""
        return Text(
            self.en.format(**_spoken(facts, Language.ENGLISH)),
            zh=self.zh.format(**_spoken(facts, Language.CHINESE)) if self.zh else "",
        )

    def __str__(self) -> str:
        """Return the English words; the Chinese ones are asked for with `within`."""
        return self.en


def in_both(words: "Text | str") -> Text:
    """Return words as a text; plain ones, such as a name or number, stand for both languages.

    >>> in_both("5522A").within(Language.CHINESE)
    '5522A'
    """
    return words if isinstance(words, Text) else Text(words, zh=words)


_REASONS: Final = {
    errno.ENOENT: Text("there is no such file", zh="没有该文件"),
    errno.EISDIR: Text("it is a folder", zh="这是文件夹"),
    errno.ENOTDIR: Text("a part of its path is no folder", zh="路径中有一部分不是文件夹"),
    errno.EACCES: Text("no right to read it", zh="没有读取权限"),
}


def reason_of(error: OSError) -> Text:
    """Return why the system refused a file, in both languages for the usual reasons.

    >>> reason_of(FileNotFoundError(2, "No such file or directory")).within(Language.CHINESE)
    '没有该文件'
    """
    words = error.strerror or str(error)
    return _REASONS.get(error.errno or 0, Text(words, zh=words))


def _spoken(facts: Mapping[str, object], language: Language) -> dict[str, object]:
    return {name: fact.within(language) if isinstance(fact, Text) else fact for name, fact in facts.items()}
