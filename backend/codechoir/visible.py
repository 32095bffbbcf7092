"""Source text as it may be shown: nothing in it steers the display, and nothing in it stays unseen."""

from __future__ import annotations


def visible(text: str) -> str:
    """`text` with pictures for control characters, and code points for what is invisible or turns the writing
    direction. Tabs stay.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    code = ord(character)
    if character == "\t" or character.isprintable():
        return character
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
