"""What proves the keys of questions: one module for each file of questions, of the same name.

def visibility_shorter_than_work(lab: Lab) -> Shown:    plain boto3; the learner reads it
"""
