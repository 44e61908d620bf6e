"""Supervisors look through what the bot may have misread, and say what it meant."""
