"""The embedded network: a JSON-RPC and PubSub server over LiteSVM, its AMM program and market."""
