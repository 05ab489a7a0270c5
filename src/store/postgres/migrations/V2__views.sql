-- The tables as people ask about them. Bodies are `[version, entity]`; these views read the entity.
-- Amounts are decimal numbers in their currency, times are UTC.

CREATE VIEW customer_accounts AS
SELECT id, b->>'program' AS program, b->>'country' AS country, b->>'region' AS region,
       b->>'currency' AS currency, b->>'display_name' AS display_name,
       (b->>'created')::timestamptz AS created, b->>'default_method' AS default_method
FROM (SELECT id, body::json->1 AS b FROM entities WHERE kind = 1) AS rows;

CREATE VIEW payment_methods AS
SELECT id, account, state, b->'card'->'facts'->>'brand' AS brand,
       b->'card'->'facts'->>'last_four' AS last_four, lpad(b->'card'->'facts'->'expiry'->>'month', 2, '0') || '/'
           || right(b->'card'->'facts'->'expiry'->>'year', 2) AS expiry,
       b->'wallet'->>'kind' AS wallet, b->'wallet'->'holder'->>'masked_email' AS wallet_holder,
       (b->>'created')::timestamptz AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 2) AS rows;

CREATE VIEW verifications AS
SELECT id, account, state, b->>'method' AS method, b->'plan'->>'mode' AS mode,
       (b->'plan'->'amount'->>'amount')::numeric AS amount, b->'plan'->'amount'->>'currency' AS currency,
       b->'check'->'state'->>'is' AS check_state, b->'release'->'state'->>'is' AS release_state,
       (b->>'created')::timestamptz AS created
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 3) AS rows;

CREATE VIEW invoices AS
SELECT id, account, state, (b->'amount'->>'amount')::numeric AS amount,
       b->'amount'->>'currency' AS currency, b->>'description' AS description,
       (b->>'due')::timestamptz AS due, (b->>'created')::timestamptz AS created,
       b->'state'->>'payment' AS payment
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 4) AS rows;

CREATE VIEW payments AS
SELECT id, account, state, (b->'amount'->>'amount')::numeric AS amount,
       b->'amount'->>'currency' AS currency, b->>'method' AS method, b->'invoices' AS invoices,
       json_array_length(b->'attempts') AS attempts, b->'state'->>'reason' AS review_reason,
       (b->>'created')::timestamptz AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 5) AS rows;

CREATE VIEW refunds AS
SELECT id, account, state, b->>'payment' AS payment, (b->'amount'->>'amount')::numeric AS amount,
       b->'amount'->>'currency' AS currency, b->'cause'->>'because' AS cause, b->'cause'->>'reason' AS reason,
       b->'attempt'->>'provider' AS provider, b->'state'->>'reason' AS review_reason,
       (b->>'created')::timestamptz AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 61) AS rows;

CREATE VIEW sellers AS
SELECT id, b->>'program' AS program, (b->>'created')::timestamptz AS created
FROM (SELECT id, body::json->1 AS b FROM entities WHERE kind = 140) AS rows;

CREATE VIEW messages AS
SELECT id, account, state, b->'topic'->>'about' AS about, (b->>'expire_at')::timestamptz AS expires,
       (b->>'created')::timestamptz AS created, (b->>'closed')::timestamptz AS closed
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 100) AS rows;

CREATE VIEW kyc_reviews AS
SELECT id, account, state, b->'subject'->>'customer' AS customer_type, json_array_length(b->'documents') AS documents,
       b->'state'->>'reason' AS reason, (b->'state'->>'at')::timestamptz AS decided,
       (b->>'created')::timestamptz AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 101) AS rows;

CREATE VIEW usage_periods AS
SELECT id, account, state, (b->'total'->'net'->>'amount')::numeric AS amount,
       (b->'total'->'tax'->>'amount')::numeric AS tax, (b->'unbilled'->'net'->>'amount')::numeric AS unbilled_amount,
       b->'total'->'net'->>'currency' AS currency, (b->>'starts')::timestamptz AS starts,
       (b->>'ends')::timestamptz AS ends, (b->>'bill_at')::timestamptz AS bill_at,
       b->>'program_version' AS program_version
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 80) AS rows;

CREATE VIEW webhook_endpoints AS
SELECT id, b->>'program' AS program, state, b->>'url' AS url, b->>'description' AS description, b->'types' AS types,
       (b->>'failing_since')::timestamptz AS failing_since, (b->>'created')::timestamptz AS created
FROM (SELECT id, state, body::json->1 AS b FROM entities WHERE kind = 141) AS rows;

CREATE VIEW webhook_deliveries AS
SELECT id, b->>'program' AS program, state, b->>'endpoint' AS endpoint, b->>'account' AS account,
       b->>'event_type' AS event_type, (b->>'event_time')::timestamptz AS event_time, (b->>'attempts')::integer AS attempts,
       b->'heard'->>'status' AS status, b->'heard'->>'error' AS error, (b->>'created')::timestamptz AS created
FROM (SELECT id, state, body::json->1 AS b FROM entities WHERE kind = 142) AS rows;

CREATE VIEW remittances AS
SELECT id, account, state, (b->'transfer'->'amount'->>'amount')::numeric AS amount,
       b->'transfer'->'amount'->>'currency' AS currency, b->'transfer'->>'creditor_account' AS creditor_account,
       b->'transfer'->>'bank_reference' AS bank_reference, b->'transfer'->>'value_date' AS value_date,
       b->'transfer'->>'debtor' AS debtor, (b->>'created')::timestamptz AS created
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 120) AS rows;

CREATE VIEW balance_entries AS
SELECT id, account, state AS kind, (b->'amount'->>'amount')::numeric AS amount,
       b->'amount'->>'currency' AS currency, (b->>'balance')::numeric AS balance,
       (b->>'created')::timestamptz AS created
FROM (SELECT id, account, state, body::json->1 AS b FROM entities WHERE kind = 121) AS rows;
