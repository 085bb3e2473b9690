"""The one file of a multipart request: its name made safe to show, its bytes."""

import re

from flask import request

from shared.web.problems import Problem, refused

LONGEST_NAME = 150
_UNSAFE = re.compile(r"[^\w.() -]+")


def uploaded_file(otherwise: str) -> tuple[str, bytes]:
    """Name and bytes of the form's `file`; `otherwise` names a file without a name.

    Raises a 415 problem for another kind of body, 422 where the file is missing or empty.
    """
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "Send the file as multipart/form-data, in the field named file.")
    file = request.files.get("file")
    content = file.read() if file else b""
    if file is None or not content:
        raise refused("/file", "Send a file that is not empty, in the field named file.")
    name = _UNSAFE.sub("_", (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    return name[-LONGEST_NAME:] or otherwise, content
