"""Keys at rest and in use: keystore files, Solana CLI keypair files, signers."""
