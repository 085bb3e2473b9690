"""`python -m deploy.sandbox --http-port 9000 --smtp-port 9025 --callback-url … --folder …`.

The webhook secret comes from WEBHOOK_SECRET in the environment, never from the command line, which every user can list.
"""

import argparse
import os
import sys
from pathlib import Path

from deploy.sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox", description="Stand in for the outside world.")
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--callback-url", required=True, help="where receipts are posted")
    parser.add_argument("--folder", type=Path, required=True, help="where the journal is kept")
    wish = parser.parse_args()
    secret = os.environ.get("WEBHOOK_SECRET")
    if not secret:
        sys.exit("Set WEBHOOK_SECRET to whsec_ followed by base64.")
    serve(wish.http_port, wish.smtp_port, secret, wish.callback_url, wish.folder)


if __name__ == "__main__":
    main()
