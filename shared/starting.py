"""Before a process serves: what it was told is looked at as a whole, and a process that was told wrong does not start.

Found at the first seal or the first receipt instead, it would be a person's report that fails, and the log, which holds no
message of an error, would not say why. These sentences hold names of settings and nothing of a case.
"""

from collections.abc import Callable

from shared import encryption
from shared.partnership import PartnershipWrong, partnership
from shared.service import Service
from shared.settings import SettingMissing, settings


def stop_where_told_wrong(service: Service) -> None:
    """End this process with every fault, one sentence a line, where its settings cannot be used."""
    if found := faults_for(service):
        raise SystemExit("\n".join(found))


def faults_for(service: Service) -> list[str]:
    """What is wrong with the settings of a service's process, in sentences; without those that stop it from looking further."""
    checks: list[Callable[[], object]] = [settings, lambda: service.database.url, encryption.keys, partnership]
    found: list[str] = []
    for check in checks:
        try:
            check()
        except (SettingMissing, PartnershipWrong) as error:
            found.append(str(error))
            if check is settings:
                return found
    if service.knows_secrets and not found:
        found += [f"Set {name}: the partnership's file names it." for name in partnership().missing_secrets()]
    return found
