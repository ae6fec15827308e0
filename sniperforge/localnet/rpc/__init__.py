"""JSON-RPC as a validator speaks it: bytes in, bytes out, no sockets."""
