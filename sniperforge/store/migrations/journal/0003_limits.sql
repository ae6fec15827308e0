-- What the limits ask before every buy, and what recovery and sales look up, at any length of the journal.
CREATE INDEX intents_created ON intents (created_at);
CREATE INDEX positions_closed ON positions (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX positions_mint ON positions (mint);
CREATE INDEX fills_fees ON fills (booked_at, fee, tip);
DROP INDEX fills_booked;
