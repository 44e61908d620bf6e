"""The one error tree: every error a person can cause or meet derives from `KesuError`.

It is rendered at one place for each kind of reader: `bot/web/errors.py` for browsers, `bot/__main__.py`
for the terminal.
"""

from collections.abc import Sequence


class KesuError(Exception):
    """Something went wrong that we can explain.

    `key` is stable (tests and clients compare it), `status` is the HTTP status, the message is one clear
    sentence that names the file, place or setting and what to do.
    """

    key = "error"
    status = 500


class InvalidInput(KesuError):
    """What was handed in can't be used; nothing has been stored."""

    key = "invalid_input"
    status = 400


class MissingValues(InvalidInput):
    """A move of a case needs something filled in that is not; the message names it."""

    key = "missing_values"


class NotSignedIn(KesuError):
    """The page is for people of the desk, and nobody is signed in."""

    key = "not_signed_in"
    status = 401


class UnknownVisitor(KesuError):
    """The customer's token is missing, forged or expired: the page gets a new one."""

    key = "unknown_visitor"
    status = 401


class UnknownToken(KesuError):
    """A program's token is missing, wrong, expired or revoked."""

    key = "unknown_token"
    status = 401


class NotAllowed(KesuError):
    """The person is known, but may not do this."""

    key = "not_allowed"
    status = 403


class NotFound(KesuError):
    """There is no such thing, or it is none of the asker's business."""

    key = "not_found"
    status = 404


class Conflict(KesuError):
    """Somebody else was quicker; the asker should look again."""

    key = "conflict"
    status = 409


class ForbiddenMove(Conflict):
    """A case can't go that way from where it stands; the message says what can be done instead."""

    key = "forbidden_move"


class TooLarge(KesuError):
    """More was handed in than the desk takes at once."""

    key = "too_large"
    status = 413


class TooManyRequests(KesuError):
    """Asked too often in too short a time."""

    key = "too_many_requests"
    status = 429


class SendingFailed(KesuError):
    """A mail or short message was not taken, for now; it is sent again later."""

    key = "sending_failed"
    status = 502


class SendingRefused(SendingFailed):
    """It will never be taken: a wrong address or number."""

    key = "sending_refused"


class SendingUnsure(SendingFailed):
    """Nobody knows whether it was taken: it is not sent again, so that nobody gets it twice."""

    key = "sending_unsure"


class ConfigurationError(KesuError):
    """A setting, a file or the surroundings are wrong; the message says which and what to do."""

    key = "configuration"
    status = 500


class UnderstandingUnavailable(KesuError):
    """Rasa is down, slow or answered wrongly: the turn left no trace and is to be sent again."""

    key = "understanding_unavailable"
    status = 503


class HandbookError(KesuError):
    """Something is wrong with the handbook, or with what it was asked to say."""

    key = "handbook"


class HandbookInvalid(HandbookError):
    """The packs don't make a handbook; the message lists every problem with file, place and what to do."""

    key = "handbook_invalid"


class RevisionRefused(InvalidInput):
    """The new words of a clause break a rule; `findings` are pairs: the sentence or "", and what to do."""

    key = "revision_refused"

    def __init__(self, findings: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(message for _, message in findings))
        self.findings = tuple(findings)


class UnknownClause(HandbookError):
    """No enabled pack has such a clause, issue or situation."""

    key = "handbook_unknown"


class NotForCustomers(HandbookError):
    """The clause is internal, for an authority, a record or a letter: the bot never says it."""

    key = "handbook_not_for_customers"


class NothingToSay(HandbookError):
    """Every sentence of the clause is held back."""

    key = "handbook_nothing_to_say"


class UnfilledPlaceholder(HandbookError):
    """A sentence has a blank for which there is no value: it is refused, never sent."""

    key = "handbook_unfilled_placeholder"


class PaperIncomplete(InvalidInput):
    """A form was asked for, but the case lacks values that it needs; the message lists them."""

    key = "paper_incomplete"


class PaperNotApproved(NotAllowed):
    """A paper goes out only after a supervisor has approved its text, and none has."""

    key = "paper_not_approved"


class EvidenceInvalid(InvalidInput):
    """A file is no evidence pack of a case, or one that is not safe to open."""

    key = "evidence_invalid"
