"""One venue a file: detect, decode, quote, build. Bytes in, values out; no I/O."""
