"""Which language a person is spoken to where nobody said: the environment decides."""

import os
from collections.abc import Mapping

from labctl.language import Language


def preferred_language(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of LABCTL_LANGUAGE, else of the locale; English where neither says Chinese.

    >>> preferred_language({"LABCTL_LANGUAGE": "zh"})
    <Language.CHINESE: 'zh'>
    >>> preferred_language({"LANG": "de_DE.UTF-8"})
    <Language.ENGLISH: 'en'>
    """
    known = os.environ if environment is None else environment
    for name in ("LABCTL_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = known.get(name, "").lower()
        if value:
            return Language.CHINESE if value.startswith("zh") else Language.ENGLISH
    return Language.ENGLISH
