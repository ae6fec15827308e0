-- Attempts of one intent share a durable nonce: its account, its value, and the slot where that was read.
ALTER TABLE transactions ADD COLUMN nonce_account TEXT;
ALTER TABLE transactions ADD COLUMN nonce_value TEXT;
ALTER TABLE transactions ADD COLUMN nonce_slot INTEGER;
CREATE INDEX transactions_nonce ON transactions (nonce_value) WHERE nonce_value IS NOT NULL;
CREATE INDEX intents_position ON intents (position_id) WHERE position_id IS NOT NULL;
-- What is booked at confirmed, rejected transactions included, until the audit has seen it final.
CREATE INDEX fills_provisional ON fills (slot) WHERE commitment = 'confirmed';
