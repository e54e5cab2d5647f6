"""One question: what is asked, what is right, and where that is written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from workbook.teaching.quizzes.kinds import Kind

TOPICS = (
    "sqs",
    "lambda",
    "sns",
    "eventbridge",
    "scheduler",
    "pipes",
    "step-functions",
    "cloudwatch",
    "s3",
    "choosing",
)
"""What questions and exercises are about; "choosing" is the choice between services."""
DOMAINS = {
    "secure": "Design Secure Architectures",
    "resilient": "Design Resilient Architectures",
    "performing": "Design High-Performing Architectures",
    "cost": "Design Cost-Optimized Architectures",
}
"""The domains of the exam SAA-C03, by the name that files use."""
LEVELS = {1: "a fact", 2: "a conclusion", 3: "a design"}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, as its file has it."""

    id: str
    topic: str
    domain: str
    lesson: str
    """The notebook that teaches it, without its ending."""
    level: int
    text: str
    asks: Kind
    source: str
    """The page of AWS's documentation that says it."""
    checked: datetime.date
    """When somebody last read that page."""
    facts: tuple[str, ...]
    """Rows of docs/fidelity.md."""
    file: str
    """The file's name without its ending; the module with its evidence has the same."""
    older: str = ""
    """What question banks say that were written before AWS changed it."""
    evidence: str = ""
    """The function that proves the key."""
    no_evidence: str = ""
    """Why behaviour cannot show it, where there is none."""

    def __repr__(self) -> str:
        return f"<Question {self.id}>"
