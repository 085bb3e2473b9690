"""Pictures of a Word file as points alone: what was cropped away and what the camera noted is not carried over."""

import base64
import io

from PIL import Image, UnidentifiedImageError

from services.publish.cleaning.passages import CannotClean

WIDEST = 2400  # points of the longer side that are kept
MOST_POINTS = 60_000_000
TOO_LARGE = "A picture in the Word file is too large. Make it smaller and upload the file again."
NOT_CARRIED_OVER = (
    "A picture in the Word file is a drawing that cannot be carried over safely (EMF, WMF or SVG). "
    "Copy it and insert it as a picture (PNG), with its alternative text, and upload the file again."
)
Crop = tuple[float, float, float, float]  # parts of the width and height cut off: left, upper, right, lower
UNCUT: Crop = (0.0, 0.0, 0.0, 0.0)


def picture_as_points(content: bytes, crop: Crop) -> str:
    """A picture as the address of a web page's image, of what is seen of it. Raises `CannotClean`."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as opened:
            if opened.width * opened.height > MOST_POINTS:
                raise CannotClean(TOO_LARGE)
            kind = "JPEG" if opened.format == "JPEG" else "PNG"
            picture = _cut(_upright(opened), crop).convert("RGB" if kind == "JPEG" else "RGBA")
    except CannotClean:
        raise
    except Image.DecompressionBombError:
        raise CannotClean(TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise CannotClean(NOT_CARRIED_OVER) from None
    picture.thumbnail((WIDEST, WIDEST))
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    bare.save(out, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"


def _upright(picture: Image.Image) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _cut(picture: Image.Image, crop: Crop) -> Image.Image:
    left, upper, right, lower = (min(max(part, 0.0), 0.99) for part in crop)
    box = (
        int(picture.width * left),
        int(picture.height * upper),
        max(int(picture.width * (1 - right)), int(picture.width * left) + 1),
        max(int(picture.height * (1 - lower)), int(picture.height * upper) + 1),
    )
    return picture.crop(box) if crop != UNCUT else picture
