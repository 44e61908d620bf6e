"""The tables of the case database.

Foreign keys are checked at commit: without relationships SQLAlchemy does not know how the rows of different
tables depend on one another, and may write them in any order. Where cases and conversations name each other,
only the case's side is a foreign key. One file a subject; everybody imports from here.
"""

from bot.adapters.database.tables.audit import audit
from bot.adapters.database.tables.cases import HANDLED_BY_PEOPLE, REOPENED, case_events, case_things, cases
from bot.adapters.database.tables.columns import metadata
from bot.adapters.database.tables.console import notes, saved_filters, tags
from bot.adapters.database.tables.conversations import (
    BY_AGENT,
    action_results,
    conversations,
    customers,
    messages,
)
from bot.adapters.database.tables.files import attachments
from bot.adapters.database.tables.followup import letters, visits
from bot.adapters.database.tables.handbook import handbook_editions, handbook_printed
from bot.adapters.database.tables.house import calendar_notices, data_keys, lookups
from bot.adapters.database.tables.interfaces import api_tokens, webhook_deliveries, webhooks
from bot.adapters.database.tables.models import live_model, models
from bot.adapters.database.tables.ownership import desk_groups, memberships, presences
from bot.adapters.database.tables.people import (
    IS_ALERT,
    IS_PROMISE,
    avoidances,
    holdings,
    links,
    sign_ins,
    tasks,
    users,
)
from bot.adapters.database.tables.personal import personal_requests
from bot.adapters.database.tables.processes import desk_processes, turn_leases
from bot.adapters.database.tables.reviews import (
    corrections,
    label_proposals,
    review_groups,
    review_progress,
    reviews,
)
from bot.adapters.database.tables.search import search_entries, search_progress
from bot.adapters.database.tables.shadow import (
    shadow_differences,
    shadow_judgements,
    shadow_runs,
    suggestion_marks,
)
from bot.adapters.database.tables.wechat import (
    wechat_backlog,
    wechat_chats,
    wechat_cursors,
    wechat_events,
    wechat_media,
    wechat_sendings,
    wechat_tokens,
    wechat_turns,
)

__all__ = [
    "BY_AGENT",
    "HANDLED_BY_PEOPLE",
    "IS_ALERT",
    "IS_PROMISE",
    "REOPENED",
    "action_results",
    "api_tokens",
    "attachments",
    "audit",
    "avoidances",
    "calendar_notices",
    "case_events",
    "case_things",
    "cases",
    "conversations",
    "corrections",
    "customers",
    "data_keys",
    "desk_groups",
    "desk_processes",
    "handbook_editions",
    "handbook_printed",
    "holdings",
    "label_proposals",
    "letters",
    "links",
    "live_model",
    "lookups",
    "memberships",
    "messages",
    "metadata",
    "models",
    "notes",
    "personal_requests",
    "presences",
    "review_groups",
    "review_progress",
    "reviews",
    "saved_filters",
    "search_entries",
    "search_progress",
    "shadow_differences",
    "shadow_judgements",
    "shadow_runs",
    "sign_ins",
    "suggestion_marks",
    "tags",
    "tasks",
    "turn_leases",
    "users",
    "visits",
    "webhook_deliveries",
    "webhooks",
    "wechat_backlog",
    "wechat_chats",
    "wechat_cursors",
    "wechat_events",
    "wechat_media",
    "wechat_sendings",
    "wechat_tokens",
    "wechat_turns",
]
