"""The table of letters in `docs/sms.md`, as the code has them."""

from pathlib import Path

from console.dlt import size
from core.dlt import wording
from core.letters import LETTERS, Letterhead
from tests.fakes import LANGUAGES

LETTERS_PAGE = Path(__file__).parent.parent / "docs" / "sms.md"
LETTERHEAD = Letterhead("06120000000", "*384*78527#", "9800000000")
_BEGIN, _END = "<!-- letters: begin -->\n", "<!-- letters: end -->"


def table() -> str:
    """Write down every letter: its wording for the portal, and its size at its longest."""
    lines = ["| letter | language | waits at night | text, as registered | longest |"]
    lines.append("|---|---|---|---|---|")
    for template, letter in LETTERS.items():
        for language in LANGUAGES.all:
            each = wording(template, language, LETTERHEAD)
            waits = "" if letter.urgent else "yes"
            length = " ".join(size(each).split())
            lines.append(f"| `{template}` | {language.code} | {waits} | {each.text} | {length} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Put the table of today into the page."""
    head, _, rest = page.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    return f"{head}{_BEGIN}{table()}{_END}{tail}"
