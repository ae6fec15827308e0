"""Alerts: what is worth telling somebody who is not looking, and the channels that carry it."""
