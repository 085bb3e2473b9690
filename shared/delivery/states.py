"""How a delivery moves. A move that is not here raises `KeyError`."""

STATES: dict[tuple[str, str], str] = {
    ("pending", "accept"): "sent",
    ("pending", "acknowledge"): "acknowledged",  # a receipt may overtake the answer to the call it is for
    ("pending", "reject"): "rejected",
    ("pending", "cancel"): "cancelled",
    ("sent", "accept"): "sent",  # a second attempt whose first answer was lost
    ("sent", "acknowledge"): "acknowledged",
    ("sent", "reject"): "sent",  # accepted once; a later refusal of the same id does not undo it
    ("acknowledged", "accept"): "acknowledged",
    ("acknowledged", "acknowledge"): "acknowledged",  # receipts come twice
    ("acknowledged", "reject"): "acknowledged",
    ("waiting-for-person", "acknowledge"): "acknowledged",
    ("waiting-for-person", "cancel"): "cancelled",
    ("rejected", "acknowledge"): "acknowledged",  # a person settled it by other means
    ("rejected", "cancel"): "cancelled",
    ("cancelled", "accept"): "sent",  # the call was under way when it was cancelled: the other side has it
    ("cancelled", "acknowledge"): "acknowledged",
    ("cancelled", "reject"): "cancelled",
}
