"""Tencent's clock, which a test or the phone's page can turn ahead."""

import time


class TencentClock:
    """`now` is what the platform counts windows and tokens by; `outside` is what the desk's clock shows.

    Both in seconds since 1970. Callbacks are stamped with `outside`, since the desk refuses stamps that are
    far from its own time. A test with a turned clock of its own hands it in as `read`: both move together.
    """

    def __init__(self, read=time.time):
        self._read = read
        self.turned = 0.0

    def now(self):
        return self._read() + self.turned

    def outside(self):
        return self._read()

    def turn(self, **by):
        """Go ahead by hours=, minutes= or seconds=."""
        self.turned += by.get("hours", 0) * 3600 + by.get("minutes", 0) * 60 + by.get("seconds", 0)
