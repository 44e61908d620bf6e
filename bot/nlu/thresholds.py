"""How sure the room has to be of what: every threshold that turns confidences into a label.

Below `threshold` of the FallbackClassifier (config.yml) a message is not understood at all. The desk's own,
for what it does with a label, are in bot/services/thresholds.py. How they were chosen: docs/evaluation.md.
"""

# Illness and special.*: missing a threat is worse than an agent's look at a false alarm.
GRAVE = 0.25
# ... and the clause of a message that is said about nothing else.
GRAVE_CLAUSE = 0.9
# A message that is a denial so surely denies the illness or threat that it names.
DENIED = 0.5

# What all issues have together, so that the likeliest of them is taken although none is sure by itself. Less
# than half: who complains and isn't heard loses more than who is asked one question too many. It takes more
# where the customer would be asked anyway, because no label is sure enough or two are close.
ISSUES_TOGETHER = 0.25
ISSUES_UNSURE = 0.4

# A clause that complains, beside abuse or in a message not understood: then the message is a complaint.
COMPLAINING_CLAUSE = 0.7

# ... beside an opinion that is not surer than this: 「服务亲切，但厕所臭得进不去」. Beside a question it
# takes more, because much of what is told there is only its reason: 「杯子漏水，能换吗」.
SURE_OPINION = 0.95
CLAUSE_BESIDE_OPINION = 0.5
CLAUSE_BESIDE_QUESTION = 0.9

# The likeliest label is doubted when it has less than DOUBTED and the next one is within CLOSE of it.
DOUBTED = 0.4
CLOSE = 0.08

# The share of a text's words and pairs of characters that training saw. Below STRANGE it opens no case; a
# text of which nothing was seen is understood only by a label that has at least STRANGE_BUT_SURE.
STRANGE = 0.15
STRANGE_BUT_SURE = 0.9

# While a question is open: below this, small talk is taken for the answer ...
SMALL_TALK = 0.75
# ... and so is a wish to withdraw.
WITHDRAWAL = 0.5
