"""Years of incidents, copied in the database from one that really went its way: every row that it left, under new ids.

One in a hundred is still under way. The copies' personal data are the sealed bytes of the original; their hashes differ.
"""

from collections.abc import Mapping

from tests.benchmarks.machines import Rows

# How a copy differs from its original, by table. `n` is the copy's number, `k` its incident, `age` how long before.
NEW: Mapping[str, dict[str, str]] = {
    "incidents": {
        "id": "k",
        "reference": "'INC-COPY-' || n",
        "occurred_on": "old.occurred_on - n % 3000",
        "authority_aware_at": "old.authority_aware_at - age",
        "notified_at": "old.notified_at - age",
        "created_at": "old.created_at - age",
    },
    "referrals": {
        "id": "gen_random_uuid()",
        "reference": "'REF-COPY-' || n",
        "incident_id": "k",
        "agency_reference": "'COPY-' || n",
        "submitted_at": "old.submitted_at - age",
    },
    "child_hashes": {
        "incident_id": "k",
        "hash": "sha256(convert_to(old.kind || n, 'UTF8'))",
        "occurred_on": "old.occurred_on - n % 3000",
    },
    "duties": {
        "id": "md5(old.id || '-' || n)::uuid",
        "incident_id": "k",
        "concerns": "'incident:' || k",
        "status": "CASE WHEN n % 100 = 0 THEN old.status ELSE 'discharged' END",
        "due_at": "CASE WHEN n % 100 = 0 THEN old.due_at ELSE old.due_at - age END",
    },
    "deliveries": {
        "id": "md5(old.id || '-' || n)::uuid",
        "duty_id": "md5(old.duty_id || '-' || n)::uuid",
        "concerns": "'incident:' || k",
        "due_at": "old.due_at - age",
        "created_at": "old.created_at - age",
    },
    "delivery_attempts": {"id": "gen_random_uuid()", "delivery_id": "md5(old.delivery_id || '-' || n)::uuid"},
    "event_sequences": {"subject": "old.subject || n"},
    "events": {"id": "md5(old.id || '-' || n)::uuid", "subject": "old.subject || n"},
    "event_deliveries": {"event_id": "md5(old.event_id || '-' || n)::uuid"},
    "idempotency_keys": {"key_hash": "sha256(convert_to(n::text, 'UTF8'))", "created_at": "old.created_at - age"},
}
COPY = """
    INSERT INTO {table} SELECT new.* FROM originals.{table} old,
        LATERAL (SELECT n, md5('incident-' || n)::uuid AS k, interval '40 minutes' * n AS age
                   FROM generate_series(1, {count}) n) AS copy,
        LATERAL jsonb_populate_record(old, jsonb_build_object({changes})) AS new
"""
ENTRIES = """
    SELECT append_audit(array_agg(entry))
      FROM (SELECT entry FROM originals.audit_entries, generate_series(1, {count}) n LIMIT {each} * {count}) AS copies
"""
ENTRIES_EACH = 8  # what one incident leaves in the audit trail
AT_ONCE = 1000


def fill(rows: Rows, count: int) -> None:
    """Add `count` copies of everything that stands in notify's database, and let the planner know."""
    rows.execute("CREATE SCHEMA originals")
    rows.execute("SET session_replication_role = replica")  # no foreign key is looked up for what is a true copy
    for table in (*NEW, "audit_entries"):
        rows.execute(f"CREATE TABLE originals.{table} AS TABLE {table}")
    for table, changed in NEW.items():
        changes = ", ".join(f"'{column}', {new}" for column, new in changed.items())
        rows.execute(COPY.format(table=table, count=count, changes=changes))
    for _ in range(count // AT_ONCE):
        rows.execute(ENTRIES.format(count=AT_ONCE, each=ENTRIES_EACH))
    rows.execute("VACUUM ANALYZE")
