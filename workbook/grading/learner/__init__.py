"""What runs in the learner's process; all of it is theirs to change, and nothing is believed of it."""
