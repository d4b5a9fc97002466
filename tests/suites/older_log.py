"""Logs as earlier versions of paceline wrote them."""

# Turns a log of the present schema into one of the third.
TO_THE_THIRD_SCHEMA = (
    "DROP VIEW latencies; DROP TABLE parts; DROP TABLE tallies;"
    "ALTER TABLE runs DROP COLUMN stages;"
    "ALTER TABLE runs DROP COLUMN burstiness;"
    "ALTER TABLE runs DROP COLUMN context;"
    "ALTER TABLE runs DROP COLUMN is_replay;"
    "ALTER TABLE runs DROP COLUMN threads;"
    "ALTER TABLE runs DROP COLUMN identity;"
    "ALTER TABLE runs DROP COLUMN rank;"
    "ALTER TABLE runs DROP COLUMN ranks;"
    "ALTER TABLE requests DROP COLUMN lookup_ns;"
    "ALTER TABLE requests DROP COLUMN tcp_ns;"
    "ALTER TABLE requests DROP COLUMN tls_ns;"
    "ALTER TABLE requests DROP COLUMN part;"
    "ALTER TABLE requests DROP COLUMN first_answer_ns;"
    "ALTER TABLE requests DROP COLUMN reasoning_tokens;"
    "ALTER TABLE requests DROP COLUMN finish;"
    "ALTER TABLE requests DROP COLUMN tool_calls_valid;"
    "ALTER TABLE requests RENAME COLUMN item TO slot;"
    "ALTER TABLE requests RENAME COLUMN response TO reply;"
    "PRAGMA user_version = 3;")
