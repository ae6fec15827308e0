"""Fakes and contract checks that ship; nothing in the package imports them."""
