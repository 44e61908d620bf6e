"""Hard knocks for a desk under load, by hand: `make chaos` (docs/reliability.md)."""
