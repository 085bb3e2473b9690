"""Before anything serves: make the roles and databases that are missing and bring each to its newest version."""

from deploy.run import databases
from shared.migrations import migrate
from shared.settings import SERVICES, required


def main() -> None:
    """May be repeated at any time. Raises `SettingMissing` naming the first password that is absent."""
    names = [f"{service.upper()}_{role}_PASSWORD" for service in SERVICES for role in ("OWNER", "APP")]
    urls = databases.create(required("SUPERUSER_URL"), {name: required(name) for name in names})
    for service in SERVICES:
        migrate(service, urls[service].owner, databases.application_role(service))


if __name__ == "__main__":
    main()
