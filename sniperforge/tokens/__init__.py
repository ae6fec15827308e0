"""SPL Token and Token-2022: layouts, addresses, instructions. Pure."""
