"""What a new referral needs to know is read in one exchange with the database."""

from alembic import op

revision = "0021"
down_revision = "0020"

# The numbers that the references bear, the e-mail addresses of agencies that will be told, and what stands already.
UP = """
CREATE FUNCTION begin_referral(locks bigint[], of_agency text, given_reference text, wanted bytea[], around date,
                               days integer, told text[])
    RETURNS TABLE (referral_number bigint, incident_number bigint, addresses jsonb, context jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    person text := coalesce(current_setting('app.person', true), '');
BEGIN
    -- Whoever is kept from an incident may report it all the same; it is one incident, and nothing of it is shown to them.
    PERFORM set_config('app.person', '', true);
    SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') INTO context
      FROM referral_context(locks, of_agency, given_reference, wanted, around, days) c;
    PERFORM set_config('app.person', person, true);
    SELECT coalesce(jsonb_object_agg(a.id, a.emails), '{}') INTO addresses
      FROM agencies a WHERE a.id = ANY (told) AND a.ended_at IS NULL;
    referral_number := nextval('referral_numbers');
    incident_number := nextval('incident_numbers');
    RETURN NEXT;
END $$;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("DROP FUNCTION begin_referral;")
