"""Distributed Map states: a Map Run, whose child executions are executions of their own.

    distributed ── templates          what the state says, beyond what the interpreter's grammar has
        │
    items ── batches                  what is read from S3 or the input, and put together
        │
    map_run ── children               executions of a state machine that only the Map Run has
        │
    results                           what ResultWriter writes to S3

Source: AWS, Using Map state in Distributed mode, and its pages on ItemReader, ItemBatcher and ResultWriter,
read 2026-09.
"""
