"""What a file that is no audio holds, so that the error can say it."""

import codecs

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
)

_CONTAINERS: tuple[bytes, ...] = (
    b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"OggS", b"fLaC", b"ID3", b"#!AMR",
    b".snd", b"caff", b"riff\x2e\x91", b"\x1aE\xdf\xa3", b"\x30\x26\xb2\x75",
)  # fmt: skip

_MIN_DISTINCT_TEXT_BYTES = 10


def has_container_header(head: bytes) -> bool:
    """Whether the file begins like a known audio container, whatever its name says."""
    return head.startswith(_CONTAINERS) or head[4:8] == b"ftyp"


def non_audio_content(head: bytes) -> str | None:
    """What the file holds in words, where its first bytes show that it is no audio."""
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    return "text" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """UTF-8 or GB18030 with words apart; quiet A-law ("UUTUWU…") has no spaces."""
    if len(set(head)) < min(_MIN_DISTINCT_TEXT_BYTES, len(head)) or 127 in head:
        return False
    if any(byte < 32 and byte not in b"\t\n\r\x0c" for byte in head):
        return False
    if not any(space in head for space in (b" ", b"\n", b"\t")):
        return False
    return _decodes(head, "utf-8") or _decodes(head, "gb18030")


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        # Incremental: the head may end inside a character.
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True
