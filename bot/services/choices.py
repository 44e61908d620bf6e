"""Quick-reply buttons: the browser sends back only an id, and the desk knows what it means."""

LABELS = {
    "request_human": "request_human",
    "refuse": "deny",
    "submit": "deny",
    "yes": "affirm",
    "no": "deny",
    "progress": "ask_progress",
    "process": "ask_process",
    "confirm": "affirm",
    "change": "deny",
}

MENUS = {
    "question.draft": ("refuse", "submit", "request_human"),
    "question": ("refuse", "request_human"),
    "confirm": ("confirm", "change", "request_human"),
    "change": ("submit", "request_human"),
    "silence": ("submit", "request_human"),
    "withdraw": ("yes", "no"),
    "not_understood": ("progress", "request_human"),
    "not_understood.again": ("request_human",),
}


MEANS = "means."  # before the label that a doubtful message may have meant (bot/services/meanings.py)


def label_of(choice: str | None) -> str | None:
    """The label a pressed button stands for; None for no button or one we don't know."""
    return LABELS.get(choice) if choice else None
