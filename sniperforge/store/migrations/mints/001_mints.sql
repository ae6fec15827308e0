-- What never changes of a mint, oldest first.
CREATE TABLE mints (
    id        INTEGER PRIMARY KEY,
    address   TEXT NOT NULL UNIQUE,
    program   TEXT NOT NULL,
    decimals  INTEGER NOT NULL
) STRICT;
