"""The objects of a PDF's page in the order in which they are drawn, those within forms as well, and where each lies."""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.publish.cleaning.passages import CannotClean

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
MOST_OBJECTS = 100_000
DEEPEST = 12


def objects_of(page: pdfium.PdfPage, number: int) -> Iterator[tuple[int, int, object, Matrix]]:
    """Each object's place in the order, its kind, its handle, and the matrix of what it stands in.

    Raises `CannotClean` for a page that draws too much.
    """
    waiting = _children(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, IDENTITY, 0)
    order = 0
    while waiting:
        handle, matrix, depth = waiting.pop()
        order += 1
        if order > MOST_OBJECTS or depth > DEEPEST:
            raise CannotClean(f"Page {number} draws more than can be checked. Save its drawings as pictures.")
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            inner = times(matrix_of(handle), matrix)
            waiting += _children(handle, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, inner, depth + 1)
        else:
            yield order, kind, handle, matrix


def _children(parent, count, get, matrix: Matrix, depth: int) -> list[tuple[object, Matrix, int]]:  # type: ignore[no-untyped-def]
    """The last first, so that the first is popped first."""
    return [(get(parent, at), matrix, depth) for at in reversed(range(count(parent)))]


def matrix_of(handle: object) -> Matrix:
    """How an object is drawn in what it stands in."""
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """One matrix after the other."""
    a, b, c, d, e, f = inner
    k, l, m, n, x, y = outer  # noqa: E741  # a matrix is read as its letters
    return a * k + b * m, a * l + b * n, c * k + d * m, c * l + d * n, e * k + f * m + x, e * l + f * n + y


def box_of(handle: object, matrix: Matrix) -> Box:
    """Where an object lies on the page; `matrix` is that of what it stands in."""
    parts = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(handle, *parts):
        return 0.0, 0.0, 0.0, 0.0
    left, bottom, right, top = (part.value for part in parts)
    if matrix == IDENTITY:
        return left, bottom, right, top
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
