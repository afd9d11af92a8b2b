"""Vietnamese text: one Unicode form, search without diacritics, and the order of names.

The database has no ``unaccent``, and no stock tokenizer folds ``đ``; so folding happens here, once,
into columns of its own.
"""

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the order of dictionaries
_MARKS_OF_LETTERS = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: they make new letters


def nfc(text: str) -> str:
    """Give the precomposed form that TCVN 6909:2001 and the decree ask for."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Give lower-case text without any Vietnamese mark, for search: ``Đà Nẵng`` → ``da nang``."""
    lowered = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    bare = "".join(c for c in lowered if not unicodedata.combining(c))
    return " ".join(bare.split())


def sort_key(text: str) -> str:
    """Give a key that sorts by code point in the order of Vietnamese dictionaries.

    Letters weigh first (a < ă < â, d < đ), tones only between otherwise equal words.
    """
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", char)
        base = parts[0] + "".join(m for m in parts[1:] if m in _MARKS_OF_LETTERS)
        letter = unicodedata.normalize("NFC", base)
        tone = next((m for m in parts[1:] if m in _TONES), "")
        place = _LETTERS.find(letter)
        letters.append(chr(0x100 + place) if place >= 0 else letter)
        tones.append(str(_TONES.index(tone) + 1) if tone else "0")
    return "".join(letters) + "\x01" + "".join(tones)


def name_sort_key(full_name: str) -> str:
    """Give the key for people: by given name (the last word), then by the rest."""
    *family, given = full_name.split() or [""]
    return sort_key(" ".join([given, *family]))
