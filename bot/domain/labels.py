"""The labels a customer's message can carry: what the model is trained to answer."""

COMPLAINTS = frozenset(
    {
        "carton.empty", "carton.spoiled", "carton.no_straw", "carton.no_date",
        "porridge.foreign_object", "porridge.sour", "water.odor", "tea.turbid", "illness",
        "special.inspection", "special.consumer_association", "special.tampering", "special.legal",
        "courier.service", "courier.transport", "courier.fee", "courier.information",
        "property.building", "property.equipment", "property.security", "property.environment",
        "property.general", "hotel.service", "bank.service", "cinema.service",
        "building_material.concrete", "food.quality", "product.quality", "packaging.transport",
        "service.quality", "other_complaint",
    }
)  # fmt: skip

CONVERSATION = frozenset(
    {
        "greet", "goodbye", "thank", "affirm", "deny", "request_human", "ask_progress", "urge", "inform",
        "ask_process", "ask_compensation", "satisfied", "dissatisfied", "withdraw", "praise", "suggest",
        "bot_challenge", "abuse", "chitchat", "product_question",
    }
)  # fmt: skip

ALL = COMPLAINTS | CONVERSATION
OTHER = "other_complaint"

ENTITIES = frozenset(
    {
        "phone", "order_no", "batch_no", "date", "product", "quantity", "amount", "person", "place",
        "flavour",
    }
)  # fmt: skip


def is_complaint(label: str | None) -> bool:
    """Whether `label` names a complaint issue; None is a message that was not understood."""
    return label in COMPLAINTS


def raises_case(label: str) -> bool:
    """Whether this issue outranks an ordinary one that the case already has (illness and special.*)."""
    return label == "illness" or label.startswith("special.")


def family(label: str) -> str:
    """What a label's issue belongs to: carton.empty and carton.no_straw are both about the carton."""
    return label.partition(".")[0]
