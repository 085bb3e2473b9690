-- How a call of an agency's system begins, in one exchange: who holds the key, the row-level security that goes with it
-- for the rest of the transaction, and, where the call bears an Idempotency-Key, whether it is its turn and what the
-- first one was answered. A second call of the key is turned away while the first runs; the answer is looked for under
-- the lock and in a statement of its own, so that one which has just been committed is seen.
CREATE FUNCTION begin_call(key_hash bytea, of_authority text, request_key bytea, kept_since timestamptz)
    RETURNS TABLE (agency text, agency_name text, agency_kind text, partner boolean, scope text,
                   its_turn boolean, first_request bytea, first_status integer, first_answer bytea)
    LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.id, a.name, a.kind, a.is_partner,
           CASE WHEN a.kind = 'partnership-office' OR a.id = of_authority THEN 'all'
                WHEN a.is_partner THEN 'partner' ELSE 'own' END
      INTO agency, agency_name, agency_kind, partner, scope
      FROM api_keys k JOIN agencies a ON a.id = k.agency_id
     WHERE k.hash = begin_call.key_hash AND k.revoked_at IS NULL AND a.ended_at IS NULL;
    IF agency IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.agency', agency, true), set_config('app.scope', scope, true);
    IF request_key IS NOT NULL THEN
        its_turn := pg_try_advisory_xact_lock(hashtextextended(agency || ' ' || encode(request_key, 'hex'), 0));
        SELECT i.request_hash, i.status, i.answer INTO first_request, first_status, first_answer
          FROM idempotency_keys i
         WHERE i.agency_id = agency AND i.key_hash = request_key AND i.created_at > kept_since;
    END IF;
    RETURN NEXT;
END $$;

-- The answer to a call that bore an Idempotency-Key, for whoever sends it again. A row past its time that the sweep has
-- not removed yet makes way; a younger one cannot be there: the caller holds the key's lock.
CREATE FUNCTION keep_answer(agency text, request_key bytea, request bytea, given_status integer, sealed bytea, given_at timestamptz)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO idempotency_keys AS kept VALUES (agency, request_key, request, given_status, sealed, given_at)
        ON CONFLICT (agency_id, key_hash) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
            answer = excluded.answer, created_at = excluded.created_at;
END $$;

-- The audit trail's entries as lines: a line of JSON holds no break, and an array of them would be escaped twice.
CREATE FUNCTION append_audit_lines(lines text) RETURNS bigint LANGUAGE sql AS
$$ SELECT append_audit(string_to_array(lines, E'\n')) $$;
