"""What this service's interface takes and gives."""
