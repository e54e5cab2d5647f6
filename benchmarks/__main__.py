"""Runs every benchmark and prints one table: what it took, what was promised, and whether it was kept."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version

from benchmarks.confining import confinement_rows
from benchmarks.grading import grading_rows
from benchmarks.measuring import Row, best_of_processes, in_a_fresh_process
from benchmarks.server_load import put_load_on_a_server

SERVER_SECONDS = 60.0


def send_rows() -> list[Row]:
    """send_message, against plain moto and against itself."""
    moto, lab = best_of_processes(2, "moto send"), best_of_processes(2, "lab send")
    ratio, growth = moto["empty"] / lab["empty"], lab["queued_10000"] / lab["empty"]
    moto_growth = moto["queued_2000"] / moto["empty"]
    costs = f"({moto['empty'] * 1e6:,.0f} us against {lab['empty'] * 1e6:,.0f} us)"
    queued = f"(plain moto with 2,000: {moto_growth:.1f} x)"
    return [
        Row("send_message, empty queue", "1.5 x plain moto", f"{ratio:.2f} x {costs}", ratio >= 1.5),
        Row("... with 10,000 queued", "within 1.2 x of empty", f"{growth:.2f} x {queued}", growth <= 1.2),
    ]


def receive_row() -> Row:
    """receive_message(10) with a backlog."""
    moto, lab = in_a_fresh_process("moto receive")["seconds"], best_of_processes(2, "lab receive")["seconds"]
    costs = f"({moto * 1e3:,.1f} ms against {lab * 1e3:,.2f} ms)"
    return Row(
        "receive_message(10) of 10,000", "20 x plain moto", f"{moto / lab:.0f} x {costs}", moto / lab >= 20
    )


def publish_rows() -> list[Row]:
    """Publish to queues, until they have it."""
    moto, lab = best_of_processes(2, "moto publish")["seconds"], best_of_processes(2, "lab publish")
    fan_out = best_of_processes(2, "lab fan-out 1000")["seconds"]
    ratio, growth = moto / lab["seconds"], lab["later"] / lab["seconds"]
    costs = f"({moto * 1e6:,.0f} us against {lab['seconds'] * 1e6:,.0f} us)"
    return [
        Row("publish to 5 queues", "4 x plain moto", f"{ratio:.2f} x {costs}", ratio >= 4),
        Row("... after 2,000 messages", "within 1.2 x of before", f"{growth:.2f} x", growth <= 1.2),
        Row("publish to 1,000 queues", "all have it in 1 s", f"{fan_out:.2f} s", fan_out < 1),
    ]


def drain_rows() -> list[Row]:
    """SQS to Lambda."""
    figures = best_of_processes(2, "lab drain 10000")
    seconds, memory = figures["seconds"], figures["memory"]
    return [
        Row("10,000 messages, SQS to Lambda", "under 3 s", f"{seconds:.2f} s", seconds < 3),
        Row("... memory above start", "under 150 MB", f"{memory:.0f} MB", memory < 150),
    ]


def single_rows() -> list[Row]:
    """What is measured without plain moto."""
    day = best_of_processes(2, "lab idle day")["seconds"] * 1e3
    minutes = best_of_processes(2, "lab schedule day")["seconds"]
    start = best_of_processes(3, "lab start")["seconds"]
    hop = best_of_processes(2, "hop")["seconds"] * 1e6
    picture = best_of_processes(2, "picture")["seconds"] * 1e3
    return [
        Row("24 h with a poller, empty queue", "under 50 ms", f"{day:.2f} ms", day < 50),
        Row("24 h of rate(1 minute) to a queue", "under 0.5 s", f"{minutes:.2f} s", minutes < 0.5),
        Row("Lab() and first SQS call", "under 0.4 s CPU", f"{start:.2f} s", start < 0.4),
        Row("a hop recorded", "under 5 us", f"{hop:.2f} us", hop < 5),
        Row("lab.flow() of 10,000 hops", "under 300 ms", f"{picture:.0f} ms", picture < 300),
    ]


def pattern_rows() -> list[Row]:
    """The matchers of EventBridge and SNS."""
    figures = best_of_processes(2, "patterns")
    promises = {
        "simple": ("an event, two fields", 100_000),
        "deep": ("... a range and an array", 50_000),
        "policy": ("a filter policy", 100_000),
    }
    rows = []
    for name, (work, promise) in promises.items():
        rate = 1 / figures[name]
        rows.append(Row(work, f"{promise:,} matches/s", f"{rate:,.0f} matches/s", rate >= promise))
    return rows


def event_rows() -> list[Row]:
    """EventBridge: ten events for five queues, and a rule that fires each minute."""
    moto, lab = in_a_fresh_process("moto events"), best_of_processes(2, "lab events")
    ratio, growth = moto["seconds"] / lab["seconds"], lab["later"] / lab["seconds"]
    day = best_of_processes(2, "lab scheduled day")["seconds"]
    costs = f"({moto['seconds'] * 1e3:,.0f} ms against {lab['seconds'] * 1e3:,.1f} ms)"
    return [
        Row("put_events(10) to 5 queues", "10 x plain moto", f"{ratio:.0f} x {costs}", ratio >= 10),
        Row("... after 10,000 events", "does not grow", f"{growth:.2f} x", growth <= 1.5),
        Row("24 h of rate(1 minute)", "under 0.5 s CPU", f"{day:.2f} s", day < 0.5),
    ]


def state_machine_rows() -> list[Row]:
    """Step Functions, in CPU seconds."""
    figures = best_of_processes(2, "lab state machines")
    promises = (
        ("first", "the first CreateStateMachine", 0.5),
        ("hours", "70 events and 3 h of waiting", 0.1),
        ("thousand", "1,000 executions of 5 states", 10.0),
        ("inline", "an inline Map of 1,000", 2.0),
        ("distributed", "a distributed Map of 10,000", 20.0),
    )
    return [
        Row(work, f"under {promise:g} s CPU", f"{figures[name]:.3f} s", figures[name] < promise)
        for name, work, promise in promises
    ]


def server_rows() -> list[Row]:
    """32 clients at one lab of `workbook serve`, for a minute."""
    load = put_load_on_a_server(SERVER_SECONDS)
    whole = load.lost == load.doubled == len(load.errors) == 0
    return [
        Row("32 clients at a server, 60 s", "no message lost, none twice", load.text(), whole),
        Row("... memory once warm", "grows under 10 MB", f"{load.grown:+.1f} MB", load.grown < 10),
    ]


def growth_rows() -> list[Row]:
    """Cost a message at 1k, 10k and 100k."""
    sizes = (1_000, 10_000, 100_000)
    figures = {size: in_a_fresh_process(f"lab growth {size}") for size in sizes}
    rows = []
    for step in ("send", "consume"):
        measured = ", ".join(f"{figures[size][step] * 1e6:,.0f} us at {size:,}" for size in sizes)
        growth = figures[100_000][step] / figures[1_000][step]
        rows.append(Row(f"{step} a message, by backlog", "does not grow", measured, growth <= 1.5))
    return rows


def main() -> int:
    """Print the table; the exit code is 1 when a promise was not kept."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("moto", "boto3"))
    print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {packages}\n")
    rows = [
        *send_rows(),
        receive_row(),
        *publish_rows(),
        *drain_rows(),
        *single_rows(),
        *pattern_rows(),
        *event_rows(),
        *state_machine_rows(),
        *growth_rows(),
        *server_rows(),
        *confinement_rows(),
        *grading_rows(),
    ]
    print(f"| {'work':32} | {'promise':22} | kept | measured")
    print(f"|{'-' * 34}|{'-' * 24}|------|{'-' * 40}")
    for row in rows:
        print(f"| {row.work:32} | {row.promise:22} | {'yes' if row.kept else 'NO':4} | {row.measured}")
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
