"""Grading: learners' answers judged in a process of ours, while they run in one of their own."""
