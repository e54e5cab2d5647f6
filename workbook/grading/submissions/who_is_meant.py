"""Who is meant: by a list that knows less than the files, and by a file in somebody's own folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbook.grading.submissions.owners import Learner

if TYPE_CHECKING:
    from workbook.grading.submissions.one_learner import Paper


def meant(learner: Learner, among: Mapping[Learner, object]) -> Learner:
    """The one who is meant by a list, which may know no account, or one who handed in by another way."""
    if learner in among:
        return learner
    fits = [
        each
        for each in among
        if (learner.account and each.account == learner.account)
        or (each.name == learner.name and not (each.account and learner.account))
    ]
    return fits[0] if len(fits) == 1 else learner


def strangers_to(papers: Mapping[Learner, object], roster: tuple[Learner, ...]) -> list[str]:
    """The names of those who handed in and are not on the roster, if there is one."""
    if not roster:
        return []
    known = {meant(each, papers) for each in roster}
    return sorted(learner.name for learner in papers if learner not in known)


def at_home(
    papers: Mapping[Learner, tuple[Paper, ...]], roster: Iterable[Learner]
) -> tuple[dict[Learner, tuple[Paper, ...]], list[str]]:
    """The same where what lies in a learner's own folder is theirs, and a sentence for each that moved.

    A learner may call a file as if a learning platform had named it for somebody else.
    """
    folders = {each.name: each for each in roster} | {each.name: each for each in papers if not each.account}
    home: dict[Learner, list[Paper]] = defaultdict(list)
    moved = []
    for learner, theirs in papers.items():
        for paper in theirs:
            folder = paper.name.partition("/")[0] if "/" in paper.name else ""
            owner = folders.get(folder, learner)
            home[owner].append(paper)
            if owner.name != learner.name:
                moved.append(f"{paper.name} counts as {owner.name}'s, in whose folder it lies.")
    return {learner: tuple(each) for learner, each in home.items()}, sorted(moved)
