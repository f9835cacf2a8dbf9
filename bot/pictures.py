"""Pictures: read as JPEG or PNG, written anew without metadata and no larger than needed, or refused."""

import logging
import struct
import zlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

FORMATS: Final = ("JPEG", "PNG")
PIXELS_MAX: Final = 40_000_000
"""More than a phone takes, and about 120 MB while it is read; what is larger is a bomb or no snapshot."""
SIDE_MAX: Final = 2048
QUALITY: Final = 88

# What a file made to harm, or cut off, makes the reader raise.
_UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # where they are errors
)

logging.getLogger("PIL").setLevel(logging.WARNING)  # at DEBUG it writes down where a picture was taken


class PictureError(Exception):
    """It cannot be read as a picture, or is too large for one."""


def stripped(data: bytes) -> bytes:
    """The picture as a JPEG of ours: upright, at most 2048 pixels a side, and nothing in it but pixels.

    Where it was taken, when and with what goes, with thumbnails, comments and whatever stood behind its end. Raises
    PictureError.
    """
    try:
        return _written(data)
    except _UNREADABLE as error:
        kind = type(error).__name__
    raise PictureError(f"it does not read as a picture: {kind}")


def _written(data: bytes) -> bytes:
    with Image.open(BytesIO(data), formats=FORMATS) as found:
        if found.width * found.height > PIXELS_MAX:
            raise ValueError("too many pixels")
        found.draft("RGB", (SIDE_MAX, SIDE_MAX))
        upright = ImageOps.exif_transpose(found)
        upright.thumbnail((SIDE_MAX, SIDE_MAX))
        seen = upright.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    written = BytesIO()
    plain.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
