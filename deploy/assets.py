"""Bring the GOV.UK Design System's styles and script into the product: `python deploy/assets.py govuk-frontend-6.3.0.tgz`.

For a maintainer who raises its version (`npm pack govuk-frontend@<version>`); nothing of it runs when the product is
installed. The typeface and the crest are the government's own and are taken out.
"""

import hashlib
import re
import sys
import tarfile
from pathlib import Path

SHA256 = "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048"
STATIC = Path(__file__).resolve().parents[1] / "shared" / "web" / "static"


def main(package: Path) -> None:
    if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{package.name} is not the package whose SHA-256 stands in this file.")
    with tarfile.open(package) as files:
        styles, script = (_text(files, f"package/dist/govuk/govuk-frontend.min.{kind}") for kind in ("css", "js"))
    STATIC.mkdir(exist_ok=True)
    (STATIC / "govuk-frontend.min.css").write_text(without_marks(styles))
    (STATIC / "govuk-frontend.min.js").write_text(re.sub(r"//# sourceMappingURL=\S+", "", script))


def without_marks(styles: str) -> str:
    """The styles without the government's typeface and crest. Raises AssertionError where any is left."""
    styles = re.sub(r"@font-face\{[^}]*\}", "", styles)
    styles = styles.replace("GDS Transport,arial,sans-serif", "arial,sans-serif")
    styles = re.sub(r'url\("?[^)]*govuk-crest[^)]*\)', "none", styles)
    styles = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", styles)
    assert "GDS Transport" not in styles and "/assets/" not in styles
    return styles


def _text(files: tarfile.TarFile, name: str) -> str:
    member = files.extractfile(name)
    assert member is not None
    return member.read().decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
