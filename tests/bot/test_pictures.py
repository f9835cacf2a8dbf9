"""Pictures: nothing but pixels is kept, and what is no picture is refused."""

import logging
import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bot.pictures import SIDE_MAX, PictureError, stripped

SECRET = b"31.2304N 121.4737E canary"


def picture(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, (200, 10, 10, 128)[: len(mode)])


def jpeg(orientation: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    out = BytesIO()
    picture(size).save(out, "JPEG", exif=exif, comment=SECRET)
    return out.getvalue()


def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    out = BytesIO()
    picture(mode="RGBA").save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.mark.parametrize("data", [jpeg(), png(), jpeg() + SECRET])
def test_where_and_when_it_was_taken_is_gone(data: bytes) -> None:
    assert SECRET in data
    kept = stripped(data)
    assert SECRET not in kept
    assert SECRET[:8] not in kept
    with Image.open(BytesIO(kept)) as found:
        assert (found.format, found.size, dict(found.getexif())) == ("JPEG", (60, 40), {})


def test_no_log_line_tells_where_it_was_taken(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stripped(jpeg())
    assert SECRET.decode() not in caplog.text


def test_a_picture_taken_sideways_stands_upright() -> None:
    with Image.open(BytesIO(stripped(jpeg(orientation=6)))) as found:
        assert found.size == (40, 60)


def test_a_large_picture_becomes_small_enough() -> None:
    with Image.open(BytesIO(stripped(jpeg(size=(5000, 3000))))) as found:
        assert max(found.size) == SIDE_MAX


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is as large as this."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * 200_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def gif() -> bytes:
    out = BytesIO()
    picture().save(out, "GIF")
    return out.getvalue()


HARMFUL = {
    "nothing": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a gif": gif(),
    "half a picture": jpeg(size=(800, 800))[:900],
    "a beginning": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "a bomb": bomb(100_000, 100_000),
    "a large bomb": bomb(8000, 6000),
    "a bomb of one line": bomb(2_000_000_000, 1),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_no_snapshot_is_refused(name: str) -> None:
    with pytest.raises(PictureError) as refused:
        stripped(HARMFUL[name])
    assert refused.value.__cause__ is None


def test_noise_is_refused_or_kept_and_nothing_else() -> None:
    chance = random.Random(7)
    whole = {name: bytearray(data) for name, data in (("jpeg", jpeg()), ("png", png()))}
    for _ in range(300):
        data = bytearray(whole[chance.choice(sorted(whole))])
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            assert SECRET not in stripped(bytes(data))
        except PictureError:
            continue
