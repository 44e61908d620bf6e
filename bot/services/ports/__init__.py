"""What the services need from the world; the adapters make it real, tests make it fake.

One file a subject; everybody imports from here.
"""

from bot.services.ports.cases import Calendars, Cases, Lookups
from bot.services.ports.conversations import ActionResults, Conversations, Customers, Messages
from bot.services.ports.files import Attachments, Content, Files, Media, Sent, Shown
from bot.services.ports.followup import Letters, Sender, Visits, Watched
from bot.services.ports.judgement import Judgements
from bot.services.ports.people import People, Tasks
from bot.services.ports.units import UnitOfWork, Units
from bot.services.ports.world import Clock, Live, PhoneHash, ScriptConverter, Understanding

__all__ = [
    "ActionResults",
    "Attachments",
    "Calendars",
    "Cases",
    "Clock",
    "Content",
    "Conversations",
    "Customers",
    "Files",
    "Judgements",
    "Letters",
    "Live",
    "Lookups",
    "Media",
    "Messages",
    "People",
    "PhoneHash",
    "ScriptConverter",
    "Sender",
    "Sent",
    "Shown",
    "Tasks",
    "Understanding",
    "UnitOfWork",
    "Units",
    "Visits",
    "Watched",
]
