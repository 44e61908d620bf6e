"""How sure the model has to be before the desk acts on what it read (why so much: docs/evaluation.md).

Whether a message is understood at all is decided earlier: bot/nlu/thresholds.py.
"""

CERTAIN = 0.5  # below this, another issue inside an open case is noise rather than a second complaint
GRAVE_BESIDE = 0.35  # an illness or a threat that the reading gives so much is the message's first issue
ISSUE_BESIDE = 0.12  # an ordinary issue that the reading gives so much beside a grave one is its second
NEXT_ISSUE = 0.7  # a clause about the service beside one about the goods, so sure, is the second issue
NEXT_EASILY_CONFUSED = 0.8  # ... and one of any other two that a clause alone mixes up
WORTH_OFFERING = 0.05  # a doubtful message is asked back about with the labels that have at least so much
FAMILIAR = 0.15  # of a message less of whose words is known no meaning is offered: it is keyboard mash
