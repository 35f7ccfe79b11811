"""Bytes as people read them."""


def readable(message: bytes) -> str:
    r"""Return bytes as a person reads them: printable characters as they are, all others as escapes.

    >>> readable(b"STBY\n\x1b\x80")
    'STBY\\n\\x1b\\x80'
    """
    return repr(message)[2:-1]
