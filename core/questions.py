"""What an officer may ask a citizen: from a list, so that it is asked in her language on any phone.

An SMS is a registered wording and a call is made of clips, so nobody writes a question freely.
"""

from __future__ import annotations

from core.text import Text

QUESTIONS: dict[str, Text] = {
    "when": Text("On which day and at what time did it happen?"),
    "where": Text("Where exactly did it happen? Tell the village or street, and what is near."),
    "who": Text("Who did it? Tell names or how they look, if you know."),
    "witness": Text("Who saw it? Tell their names and where they live."),
    "what_lost": Text("What was taken or lost? Tell its kind, colour and number."),
    "more": Text("Please tell us more about what happened."),
    "papers": Text("Which papers or pictures do you have of it?"),
}
