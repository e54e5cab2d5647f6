"""Questions in the style of the exam, each with what proves its key.

    questions/sqs.toml   texts, options, why each is right or wrong, source and date
    evidence/sqs.py      small functions of plain boto3 that compute the answers in a lab

A question bank asks to be believed. Here the reader may run the answer, and a test runs all of them.
"""
