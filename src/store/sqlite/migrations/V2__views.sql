-- The same views as in ../../postgres/migrations. Bodies are `[version, entity]`; these views read the entity.
-- Amounts are decimal numbers as text in their currency, times are UTC; ids are in hexadecimal.

CREATE VIEW customer_accounts AS
SELECT lower(hex(id)) AS id, b->>'program' AS program, b->>'country' AS country, b->>'region' AS region,
       b->>'currency' AS currency, b->>'display_name' AS display_name,
       b->>'created' AS created, b->>'default_method' AS default_method
FROM (SELECT id, body -> 1 AS b FROM entities WHERE kind = 1) AS rows;

CREATE VIEW payment_methods AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'card'->'facts'->>'brand' AS brand,
       b->'card'->'facts'->>'last_four' AS last_four, printf('%02d/%02d', b->'card'->'facts'->'expiry'->>'month',
              (b->'card'->'facts'->'expiry'->>'year') % 100) AS expiry,
       b->'wallet'->>'kind' AS wallet, b->'wallet'->'holder'->>'masked_email' AS wallet_holder,
       b->>'created' AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 2) AS rows;

CREATE VIEW verifications AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->>'method' AS method, b->'plan'->>'mode' AS mode,
       b->'plan'->'amount'->>'amount' AS amount, b->'plan'->'amount'->>'currency' AS currency,
       b->'check'->'state'->>'is' AS check_state, b->'release'->'state'->>'is' AS release_state,
       b->>'created' AS created
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 3) AS rows;

CREATE VIEW invoices AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'amount'->>'amount' AS amount,
       b->'amount'->>'currency' AS currency, b->>'description' AS description,
       b->>'due' AS due, b->>'created' AS created,
       b->'state'->>'payment' AS payment
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 4) AS rows;

CREATE VIEW payments AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'amount'->>'amount' AS amount,
       b->'amount'->>'currency' AS currency, b->>'method' AS method, b->'invoices' AS invoices,
       json_array_length(b->'attempts') AS attempts, b->'state'->>'reason' AS review_reason,
       b->>'created' AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 5) AS rows;

CREATE VIEW refunds AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->>'payment' AS payment,
       b->'amount'->>'amount' AS amount, b->'amount'->>'currency' AS currency, b->'cause'->>'because' AS cause,
       b->'cause'->>'reason' AS reason, b->'attempt'->>'provider' AS provider,
       b->'state'->>'reason' AS review_reason, b->>'created' AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 61) AS rows;

CREATE VIEW sellers AS
SELECT lower(hex(id)) AS id, b->>'program' AS program, b->>'created' AS created
FROM (SELECT id, body -> 1 AS b FROM entities WHERE kind = 140) AS rows;

CREATE VIEW messages AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'topic'->>'about' AS about,
       b->>'expire_at' AS expires, b->>'created' AS created, b->>'closed' AS closed
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 100) AS rows;

CREATE VIEW kyc_reviews AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'subject'->>'customer' AS customer_type,
       json_array_length(b->'documents') AS documents, b->'state'->>'reason' AS reason,
       b->'state'->>'at' AS decided, b->>'created' AS created, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 101) AS rows;

CREATE VIEW usage_periods AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'total'->'net'->>'amount' AS amount,
       b->'total'->'tax'->>'amount' AS tax, b->'unbilled'->'net'->>'amount' AS unbilled_amount,
       b->'total'->'net'->>'currency' AS currency, b->>'starts' AS starts, b->>'ends' AS ends,
       b->>'bill_at' AS bill_at, b->>'program_version' AS program_version
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 80) AS rows;

CREATE VIEW webhook_endpoints AS
SELECT lower(hex(id)) AS id, b->>'program' AS program, state, b->>'url' AS url, b->>'description' AS description, b->'types' AS types,
       b->>'failing_since' AS failing_since, b->>'created' AS created
FROM (SELECT id, state, body -> 1 AS b FROM entities WHERE kind = 141) AS rows;

CREATE VIEW webhook_deliveries AS
SELECT lower(hex(id)) AS id, b->>'program' AS program, state, b->>'endpoint' AS endpoint, b->>'account' AS account,
       b->>'event_type' AS event_type, b->>'event_time' AS event_time, b->>'attempts' AS attempts,
       b->'heard'->>'status' AS status, b->'heard'->>'error' AS error, b->>'created' AS created
FROM (SELECT id, state, body -> 1 AS b FROM entities WHERE kind = 142) AS rows;

CREATE VIEW remittances AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state, b->'transfer'->'amount'->>'amount' AS amount,
       b->'transfer'->'amount'->>'currency' AS currency, b->'transfer'->>'creditor_account' AS creditor_account,
       b->'transfer'->>'bank_reference' AS bank_reference, b->'transfer'->>'value_date' AS value_date,
       b->'transfer'->>'debtor' AS debtor, b->>'created' AS created
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 120) AS rows;

CREATE VIEW balance_entries AS
SELECT lower(hex(id)) AS id, lower(hex(account)) AS account, state AS kind, b->'amount'->>'amount' AS amount,
       b->'amount'->>'currency' AS currency, b->>'balance' AS balance, b->>'created' AS created
FROM (SELECT id, account, state, body -> 1 AS b FROM entities WHERE kind = 121) AS rows;
