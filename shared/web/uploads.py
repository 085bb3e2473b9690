"""Files of a multipart request, their names made safe to show and their bytes; and how a file is handed out under its name."""

import re
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import FileStorage

from shared.web.problems import Problem, refused

LONGEST_NAME = 150
_UNSAFE = re.compile(r"[^\w.() -]+")


def uploaded_file(otherwise: str) -> tuple[str, bytes]:
    """Name and bytes of the form's `file`; `otherwise` names a file without a name.

    Raises a 415 problem for another kind of body, 422 where the file is missing or empty.
    """
    return uploaded_files(otherwise)[0]


def uploaded_files(otherwise: str) -> list[tuple[str, bytes]]:
    """Name and bytes of each part named `file`, at least one. Raises as `uploaded_file` does."""
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "Send the file as multipart/form-data, in the field named file.")
    found = [(_safe_name(file) or otherwise, file.read()) for file in request.files.getlist("file")]
    if not found or not all(content for _, content in found):
        raise refused("/file", "Choose a file that is not empty: this one holds nothing, or none was sent.")
    return found


def _safe_name(file: FileStorage) -> str:
    name = (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSAFE.sub("_", name).strip(" .")[-LONGEST_NAME:]


def disposition(filename: str, *, shown: bool = False) -> str:
    """The Content-Disposition under which a file is saved, or `shown` in the browser (RFC 6266)."""
    plain = filename.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    whole = "" if plain == filename else f"; filename*=UTF-8''{quote(filename)}"
    return f'{"inline" if shown else "attachment"}; filename="{plain}"{whole}'
