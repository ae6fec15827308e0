-- The journal of one wallet on one chain. Amounts are lamports; token amounts are TEXT, because a u64 does
-- not fit SQLite's signed integer.
CREATE TABLE intents (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    origin       TEXT NOT NULL,
    mint         TEXT NOT NULL,
    pool         TEXT NOT NULL,
    dex          TEXT NOT NULL,
    max_spend    INTEGER NOT NULL CHECK (max_spend >= 0),
    amount_in    TEXT NOT NULL,
    position_id  TEXT,
    client_key   TEXT UNIQUE,
    reason       TEXT NOT NULL DEFAULT '',
    facts        TEXT NOT NULL DEFAULT '{}',
    created_at   REAL NOT NULL,
    settled_at   REAL,
    outcome      TEXT
) STRICT;
CREATE INDEX intents_unsettled ON intents (settled_at) WHERE settled_at IS NULL;

CREATE TABLE transactions (
    signature          TEXT PRIMARY KEY,
    intent_id          TEXT NOT NULL REFERENCES intents (id),
    number             INTEGER NOT NULL,
    raw                BLOB NOT NULL,
    last_valid_height  INTEGER NOT NULL,
    min_out            TEXT NOT NULL DEFAULT '0',
    state              TEXT NOT NULL,
    slot               INTEGER,
    err                TEXT,
    created_at         REAL NOT NULL,
    UNIQUE (intent_id, number)
) STRICT;
CREATE INDEX transactions_state ON transactions (state);

CREATE TABLE fills (
    signature       TEXT PRIMARY KEY REFERENCES transactions (signature),
    intent_id       TEXT NOT NULL REFERENCES intents (id),
    kind            TEXT NOT NULL,
    origin          TEXT NOT NULL,
    mint            TEXT NOT NULL,
    pool            TEXT NOT NULL,
    dex             TEXT NOT NULL,
    decimals        INTEGER NOT NULL,
    token_delta     TEXT NOT NULL,
    lamports_delta  INTEGER NOT NULL,
    wsol_delta      INTEGER NOT NULL,
    trade           INTEGER NOT NULL,
    fee             INTEGER NOT NULL,
    tip             INTEGER NOT NULL,
    rent_paid       INTEGER NOT NULL,
    rent_returned   INTEGER NOT NULL,
    slot            INTEGER NOT NULL,
    block_time      INTEGER,
    position_id     TEXT,
    err             TEXT,
    commitment      TEXT NOT NULL,
    booked_at       REAL NOT NULL
) STRICT;
CREATE INDEX fills_booked ON fills (booked_at);
CREATE INDEX fills_position ON fills (position_id);

CREATE TABLE positions (
    id               TEXT PRIMARY KEY,
    mint             TEXT NOT NULL,
    pool             TEXT NOT NULL,
    dex              TEXT NOT NULL,
    origin           TEXT NOT NULL,
    state            TEXT NOT NULL,
    raw              TEXT NOT NULL,
    decimals         INTEGER NOT NULL,
    token_account    TEXT NOT NULL,
    token_program    TEXT NOT NULL,
    cost             INTEGER NOT NULL,
    proceeds         INTEGER NOT NULL DEFAULT 0,
    fees             INTEGER NOT NULL DEFAULT 0,
    rent             INTEGER NOT NULL DEFAULT 0,
    opened_at        REAL NOT NULL,
    closed_at        REAL,
    peak_value       INTEGER NOT NULL DEFAULT 0,
    entry_liquidity  TEXT NOT NULL DEFAULT '0',
    exit_policy      TEXT NOT NULL DEFAULT '{}',
    exit_attempts    INTEGER NOT NULL DEFAULT 0,
    note             TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX positions_state ON positions (state);

-- Moves of SOL that no intent of ours made: deposits, withdrawals by other tools, dust.
CREATE TABLE foreign_transactions (
    signature   TEXT PRIMARY KEY,
    slot        INTEGER NOT NULL,
    sol_delta   INTEGER NOT NULL,
    signed_by_wallet INTEGER NOT NULL,
    seen_at     REAL NOT NULL
) STRICT;

CREATE TABLE flags (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    changed_at  REAL NOT NULL
) STRICT;
