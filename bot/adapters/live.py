"""Live updates (ports.Live) of a process without browsers."""


class NobodyWatches:
    """Hears of changes and has nobody to tell."""

    def changed(self, conversation_id: str) -> None:
        """Nobody to tell."""
