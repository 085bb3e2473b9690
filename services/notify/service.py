"""This service in this process."""

from shared.service import Service

SERVICE = Service("notify", knows_secrets=True)
