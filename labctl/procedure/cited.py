"""Where a figure of a method stands: a document's clause, or an estimate with what it was made from."""

from labctl.language import Text, in_both

_UNCONFIRMED = Text(", unconfirmed", zh="，未经核实")


def cited(words: Text | str) -> Text:
    """Return where a figure stands, in both languages; a document is named alike in both.

    >>> cited("JJG 130-2011, unconfirmed").zh
    'JJG 130-2011，未经核实'
    >>> cited(Text("estimate of two meters in series", zh="两表串联的估计")).zh
    '两表串联的估计'
    """
    both = in_both(words)
    if not both.zh.endswith(_UNCONFIRMED.en):
        return both
    return Text(both.en, zh=both.zh.removesuffix(_UNCONFIRMED.en) + _UNCONFIRMED.zh)
