-- What other hands did to a position's tokens, found final on the chain: buys that an unknown position came from,
-- sales and transfers of a part. A position is the sum of its fills and of these.
CREATE TABLE moves (
    signature    TEXT NOT NULL,
    position_id  TEXT NOT NULL,
    token_delta  TEXT NOT NULL,
    trade        INTEGER NOT NULL,
    fees         INTEGER NOT NULL,
    rent         INTEGER NOT NULL,
    slot         INTEGER NOT NULL,
    PRIMARY KEY (position_id, signature)
) STRICT;

-- Tokens in the wallet that no buy explains: shown, never sold by a bot.
CREATE TABLE foreign_tokens (
    token_account TEXT PRIMARY KEY,
    mint          TEXT NOT NULL,
    raw           TEXT NOT NULL,
    decimals      INTEGER,
    reason        TEXT NOT NULL
) STRICT;
