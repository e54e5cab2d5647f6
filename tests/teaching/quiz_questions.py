"""Questions of every kind, for tests of the quiz itself."""

from workbook.teaching.quizzes.reading import read_questions

TEXT = """
[[question]]
id = "{id}"
topic = "sqs"
domain = "{domain}"
lesson = "02_visibility_timeout"
level = 1
text = "What happens in {id}?"
source = "https://docs.aws.amazon.com/"
checked = 2026-11-28
facts = []
no_evidence = "it is made up"
"""
OPTION = '[[question.option]]\nid = "{id}"\ntext = "Text {id}"\nwhy = "Because of {id}."\n{line}\n'
LINES = {
    "single": ["right = true", "", "", ""],
    "multiple": ["right = true", "right = true", "", ""],
    "order": ["place = 1", "place = 2", "place = 3"],
    "matching": ['match = "a queue"', 'match = "a topic"', 'match = "a queue"'],
}
NUMBER = 'answer = 60\nunit = "s"\nwhy = "So it is."\n[[question.slip]]\nvalue = 30\nwhy = "The default."\n'
RIGHT = {
    "single": ["a"],
    "multiple": ["a", "b"],
    "order": ["a", "b", "c"],
    "matching": {"a": "a queue", "b": "a topic", "c": "a queue"},
    "numeric": "60",
}
WRONG = {
    "single": ["b"],
    "multiple": ["a", "c"],
    "order": ["b", "a", "c"],
    "matching": {"a": "a topic", "b": "a topic", "c": "a queue"},
    "numeric": "30",
}


def made_up(kind, name=None, domain="resilient"):
    """A question of this kind."""
    text = TEXT.format(id=name or kind, domain=domain) + f'kind = "{kind}"\n'
    rest = NUMBER if kind == "numeric" else ""
    options = zip("abcd", LINES.get(kind, ()), strict=False)
    rest += "".join(OPTION.format(id=each, line=line) for each, line in options)
    (question,) = read_questions(text + rest, "sqs")
    return question
