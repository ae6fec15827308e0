"""One thin file per command: parse, call, return a Result."""
