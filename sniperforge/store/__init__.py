"""SQLite: the journal of a wallet and the shared record. No decisions."""
