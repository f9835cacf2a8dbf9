"""A QR code as a picture inside the page: no script, no style, nothing fetched."""

import segno
from markupsafe import Markup

QUIET_ZONE = 4  # modules of white around it, as the standard asks


def qr_svg(text: str, *, title: str) -> Markup:
    """An inline SVG that scales with the box around it; dark on white in every colour scheme."""
    made = segno.make(text, error="m")
    drawn = made.svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True, title=title
    )
    return Markup(drawn)  # noqa: S704  drawn by us: the text itself is dots, and segno escapes the title
