-- The tables that every service has, in each service's own database. Run by the first migration of each.
-- {app} is the application's role: it cannot bypass row-level security, nor change or forge the audit trail.

CREATE FUNCTION app_agency() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('app.agency', true), '') $$;
CREATE FUNCTION app_scope() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('app.scope', true), '') $$;

-- Agencies and their keys: notify keeps the directory, the others hold copies that `directory.changed` brings.
CREATE TABLE agencies (
    id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    is_partner boolean NOT NULL DEFAULT false,
    emails text[] NOT NULL DEFAULT '{{}}',
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1
);
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    agency_id text NOT NULL REFERENCES agencies,
    hash bytea NOT NULL UNIQUE,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- Events: the outbox, one delivery per consumer, confirmed by the consumer's inbox.
CREATE TABLE event_sequences (subject text PRIMARY KEY, last integer NOT NULL);
CREATE TABLE events (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    subject text NOT NULL,
    sequence integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    request_id text,
    data bytea NOT NULL,
    UNIQUE (subject, sequence)
);
CREATE TABLE event_deliveries (
    event_id uuid NOT NULL REFERENCES events,
    consumer text NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    confirmed_at timestamptz,
    PRIMARY KEY (event_id, consumer)
);
CREATE INDEX event_deliveries_due ON event_deliveries (due_at) WHERE confirmed_at IS NULL;
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    type text NOT NULL,
    source text NOT NULL,
    subject text NOT NULL,
    sequence integer NOT NULL,
    handled_at timestamptz NOT NULL
);

CREATE FUNCTION emit_event(event uuid, event_type text, event_subject text, at timestamptz, request text, sealed bytea,
                           consumers text[], send_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    next_number integer;
BEGIN
    INSERT INTO event_sequences AS s VALUES (event_subject, 1)
        ON CONFLICT (subject) DO UPDATE SET last = s.last + 1 RETURNING last INTO next_number;
    INSERT INTO events VALUES (event, event_type, event_subject, next_number, at, request, sealed);
    INSERT INTO event_deliveries (event_id, consumer, created_at, due_at)
        SELECT event, consumer, send_at, send_at FROM unnest(consumers) AS consumer;
    RETURN next_number;
END $$;

-- The audit trail: a chain of hashes over the stored text, appended only by this function, under one lock.
CREATE TABLE audit_entries (
    number bigint PRIMARY KEY,
    entry text NOT NULL,
    previous bytea NOT NULL UNIQUE,
    hash bytea NOT NULL UNIQUE
);
CREATE TABLE audit_heads (
    day date PRIMARY KEY,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    signature text NOT NULL
);
CREATE FUNCTION append_audit(entries text[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    tail_number bigint;
    tail_hash bytea;
    one text;
    next_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(16);
    SELECT number, hash INTO tail_number, tail_hash FROM audit_entries ORDER BY number DESC LIMIT 1;
    IF tail_number IS NULL THEN
        tail_number := 0;
        tail_hash := sha256('safeguarding-reviews'::bytea);
    END IF;
    FOREACH one IN ARRAY entries LOOP
        tail_number := tail_number + 1;
        next_hash := sha256(tail_hash || convert_to(tail_number::text || E'\n' || one, 'UTF8'));
        INSERT INTO audit_entries VALUES (tail_number, one, tail_hash, next_hash);
        tail_hash := next_hash;
    END LOOP;
    RETURN tail_number;
END $$;

CREATE TABLE idempotency_keys (
    agency_id text NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    status integer NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agency_id, key_hash)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE heartbeats (job text PRIMARY KEY, last_at timestamptz NOT NULL);

-- What we tell the outside: one row per message, one per attempt.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    concerns text NOT NULL,
    duty_id uuid,
    recipient text NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    reference text NOT NULL,
    body bytea NOT NULL,
    sha256 text NOT NULL,
    attachments jsonb NOT NULL DEFAULT '[]',
    urgency smallint NOT NULL DEFAULT 5,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    acknowledgement text,
    created_at timestamptz NOT NULL,
    request_id text
);
CREATE INDEX deliveries_due ON deliveries (urgency, due_at) WHERE status = 'pending';
CREATE INDEX deliveries_duty ON deliveries (duty_id);
CREATE TABLE delivery_attempts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries,
    number integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL,
    answer text NOT NULL,
    sha256 text NOT NULL
);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id);
-- A server that does not answer is left alone for a while; the row goes when it answers again.
CREATE TABLE delivery_pauses (
    address text PRIMARY KEY,
    failures integer NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE TABLE received_callbacks (webhook_id text PRIMARY KEY, received_at timestamptz NOT NULL);

GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {app};
GRANT DELETE ON idempotency_keys, delivery_pauses TO {app};
REVOKE INSERT, UPDATE ON audit_entries FROM {app};
REVOKE UPDATE ON audit_heads FROM {app};
REVOKE EXECUTE ON FUNCTION append_audit(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit(text[]) TO {app};
