"""What learners handed in: folders, single files and zip files of every usual form, as one list.

    files ── owners.py: whose? ── notebooks.py: a notebook? ── one_learner.py: which counts? ── Submission

Whatever is odd about a file is said in words beside it, and no file keeps another from being read.
"""

from workbook.grading.submissions.collecting import Collected, Submission, collect

__all__ = ["Collected", "Submission", "collect"]
