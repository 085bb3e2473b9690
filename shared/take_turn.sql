-- Take the turn of one key, and give the answer that it had, if any. Two statements, since the second must see what the
-- lock's last holder committed.
CREATE FUNCTION take_turn(lock bigint, of_agency text, of_key bytea, since timestamptz)
    RETURNS TABLE (is_ours boolean, request_hash bytea, status integer, answer bytea) LANGUAGE plpgsql AS $$
BEGIN
    is_ours := pg_try_advisory_xact_lock(lock);
    RETURN QUERY SELECT is_ours, k.request_hash, k.status, k.answer FROM (SELECT 1) AS one LEFT JOIN idempotency_keys k
        ON is_ours AND k.agency_id = of_agency AND k.key_hash = of_key AND k.created_at > since;
END $$;
