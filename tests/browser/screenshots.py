"""`make screenshots`: the main pages at a desk's width and a phone's, into docs/screenshots, from a system of its own."""

import tempfile
from pathlib import Path

from deploy.run.environment import PROJECT
from tests.browser.visiting import WIDTHS, Visitor, chromium
from tests.running import Running, start_with_examples

TOP = {"x": 0, "y": 0, "height": 1600}  # of a long page, what is seen first
FOLDER = PROJECT / "docs" / "screenshots"
# By whom: the picture's name, and an address or the words of a link on the page before.
PICTURES: dict[str, list[tuple[str, str]]] = {
    "": [
        ("start", "/notify"),
        ("sign-in", "/notify/sign-in"),
        ("public-site", "/"),
        ("published-review", "/reviews/child-hn"),
        ("public-search", "/search?q=child"),
    ],
    "duty.officer": [
        ("today", "/notify/today"),
        ("incidents", "/notify/incidents"),
        ("incident", "link:INC-"),
        ("decision", "link:Decide"),
        ("duties", "/notify/duties?status=all"),
        ("national-form", "form"),
        ("timeliness", "/notify/timeliness"),
    ],
    "office": [
        ("people", "/notify/people"),
        ("health", "/notify/health-in-words"),
        ("reviews", "/review/cases"),
        ("review", "link:RR-"),
        ("meeting", "link:Record a meeting"),
        ("recommendations", "/review/recommendations"),
        ("themes", "/review/themes"),
    ],
    "editor": [
        ("publications", "/publish/publications"),
        ("publication", "link:LCSPR-"),
        ("findings", "link:All findings"),
    ],
    "return.author": [
        ("request", "/review/requests"),
        ("return", "link:RR-"),
        ("chronology-entries", "link:Chronology"),
    ],
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        started = start_with_examples(Path(folder))
        try:
            with chromium() as browser:
                for width, pixels in WIDTHS.items():
                    for who, pictures in PICTURES.items():
                        context = browser.new_context(viewport={"width": pixels, "height": 900}, locale="en-GB")
                        _take(Visitor(Running(started), context, context.new_page()), who, pictures, width)
                        context.close()
        finally:
            started.stop_and_forget()


def _take(someone: Visitor, who: str, pictures: list[tuple[str, str]], width: str) -> None:
    if who:
        someone.sign_in(who)
    for name, way in pictures:
        if way == "form":
            someone.follow("Notify the Panel")
            someone.follow("What to enter")
        elif way.startswith("link:"):
            someone.follow(way.removeprefix("link:"))
        else:
            someone.open(way)
        someone.page.wait_for_load_state("networkidle")
        someone.page.screenshot(
            path=str(FOLDER / f"{name}-{width}.png"),
            full_page=True,
            clip=TOP | {"width": someone.page.viewport_size["width"]},
        )


if __name__ == "__main__":
    main()
