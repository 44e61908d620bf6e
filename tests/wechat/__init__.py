"""A fake of Tencent's side on loopback: both channels' servers, their callbacks, and the customers' phones.

It knows nothing of the desk: what it signs, seals, counts and refuses is written from the platform's rules
alone, so that the desk's own understanding of them is held against a second one.
"""

from tests.wechat.clock import TencentClock
from tests.wechat.refusals import Refused
from tests.wechat.server import FakeTencent

__all__ = ["FakeTencent", "Refused", "TencentClock"]
