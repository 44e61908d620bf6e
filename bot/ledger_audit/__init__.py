"""Checks the case database from outside: SQL of its own, and not one line of the desk's code.

Whatever is wrong in how the desk reads its own tables would otherwise be wrong here too. What each invariant
means stands in docs/reliability.md.
"""
