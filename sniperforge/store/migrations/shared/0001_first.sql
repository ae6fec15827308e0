-- What every process of one chain and mode may read and append to.
CREATE TABLE decisions (
    id          INTEGER PRIMARY KEY,
    at          REAL NOT NULL,
    wallet      TEXT NOT NULL,
    bot         TEXT NOT NULL,
    dex         TEXT NOT NULL,
    pool        TEXT NOT NULL,
    mint        TEXT NOT NULL,
    decided     TEXT NOT NULL,
    refused_by  TEXT NOT NULL DEFAULT '',
    verdict     TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_pool ON decisions (pool);
CREATE INDEX decisions_mint ON decisions (mint);
CREATE INDEX decisions_at ON decisions (at);

-- One row per running process: what `status` shows of it.
CREATE TABLE sessions (
    wallet      TEXT PRIMARY KEY,
    pid         INTEGER NOT NULL,
    bot         TEXT NOT NULL,
    started_at  REAL NOT NULL,
    updated_at  REAL NOT NULL,
    ended_at    REAL,
    health      TEXT NOT NULL DEFAULT '{}'
) STRICT;
