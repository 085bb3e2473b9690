"""Referrals to send: 3 KB of JSON each, every one with a child of its own so that none is another's duplicate."""

from services.notify.identifiers import identifiers_of as _  # noqa: F401  # placeholder
