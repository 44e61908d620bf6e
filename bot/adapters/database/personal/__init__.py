"""Personal data: which table holds what of a person, and what becomes of it on erasure."""
