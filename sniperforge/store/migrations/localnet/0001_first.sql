-- One embedded network. Facts: seed, genesis, first_slot, started, ahead.
CREATE TABLE facts (
    name   TEXT PRIMARY KEY,
    value  ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- total counts the transactions since genesis, landed those of this block: theirs are the ids up to total.
CREATE TABLE blocks (
    slot    INTEGER PRIMARY KEY,
    parent  INTEGER NOT NULL,
    height  INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    time    INTEGER NOT NULL,
    total   INTEGER NOT NULL,
    landed  INTEGER NOT NULL
) STRICT;

-- What landed in a block, while the hashes that it used live: a byte of their age, 32 of the message's digest.
CREATE TABLE seen (
    height   INTEGER PRIMARY KEY,
    digests  BLOB NOT NULL
) STRICT;

-- links are the keys under which the transaction is found, so that they can be deleted with it.
CREATE TABLE transactions (
    id     INTEGER PRIMARY KEY,
    slot   INTEGER NOT NULL,
    links  BLOB NOT NULL,
    body   BLOB NOT NULL
) STRICT;

-- The first 8 bytes of its signature and of each of its addresses; readers compare the whole.
CREATE TABLE links (
    key  INTEGER NOT NULL,
    id   INTEGER NOT NULL,
    PRIMARY KEY (key, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    address  BLOB PRIMARY KEY,
    state    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
