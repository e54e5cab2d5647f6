"""The trace as a file: CSV and JSON."""

import csv
import datetime
import io
import json
import string

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.engine import World
from workbook.engine.exports import csv_text, json_text

ORDERS = "arn:aws:sqs:us-east-1:123456789012:orders"


@pytest.fixture
def trace():
    trace = World.for_tests().trace
    call = trace.record("api-call", "sqs:SendMessage", on=ORDERS)
    with trace.under(call):
        trace.record(
            "send",
            ORDERS,
            message="a5a8d675-427c",
            size=5,
            body='two "quoted"\nlines, é',
            attributes={"n": "1"},
        )
    trace.record("receive", ORDERS, message="a5a8d675-427c", receive_count=2, repeated=True)
    return trace


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_has_every_fact_of_every_hop(trace):
    document = json.loads(trace.json())
    assert document["version"] == 1
    assert document["hops"][1] == {
        "number": 2,
        "time": "2026-01-05T09:00:00.000000Z",
        "microseconds": trace[1].time,
        "kind": "send",
        "resource": ORDERS,
        "message": "a5a8d675-427c",
        "causes": [1],
        "outcome": "ok",
        "size": 5,
        "facts": {"body": 'two "quoted"\nlines, é', "attributes": {"n": "1"}},
    }


def test_json_has_a_line_a_hop_so_that_two_runs_can_be_compared(trace):
    assert len(trace.json().splitlines()) == len(trace) + 2


def test_csv_has_a_row_a_hop_and_a_column_a_fact(trace):
    table = rows(trace.csv())
    assert [row["number"] for row in table] == ["1", "2", "3"]
    assert table[0]["facts.on"] == ORDERS
    assert table[1]["facts.on"] == ""
    assert table[2]["causes"] == "[2]"
    assert table[2]["facts.receive_count"] == "2"
    assert table[2]["facts.repeated"] == "true"


def test_csv_has_content_only_where_asked_for(trace):
    assert "facts.body" not in rows(trace.csv())[0]
    with_content = rows(trace.csv(content=True))
    assert with_content[1]["facts.body"] == 'two "quoted"\nlines, é'
    assert with_content[1]["facts.attributes"] == '{"n": "1"}'


def test_pandas_reads_the_csv(trace):
    frame = pandas.read_csv(io.StringIO(trace.csv()), index_col="number", parse_dates=["time"])
    assert list(frame["kind"]) == ["api-call", "send", "receive"]
    assert frame.loc[1, "time"] == pandas.Timestamp("2026-01-05T09:00:00Z")


def test_a_story_is_saved_alone(trace):
    assert [hop["number"] for hop in json.loads(trace.of("a5").json())["hops"]] == [1, 2, 3]
    trace.record("send", ORDERS, message="another")
    assert len(json.loads(trace.of("a5").json())["hops"]) == 3


def test_an_empty_trace_is_an_empty_document():
    trace = World.for_tests().trace
    assert json.loads(trace.json()) == {"version": 1, "hops": []}
    assert rows(trace.csv()) == []


# ---- files


def test_the_ending_says_what_is_written(trace, tmp_path):
    trace.save(tmp_path / "trace.csv")
    trace.save(str(tmp_path / "Trace.JSON"))
    assert (tmp_path / "trace.csv").read_bytes() == trace.csv().encode()
    assert (tmp_path / "Trace.JSON").read_bytes() == trace.json().encode()


def test_a_file_of_that_name_is_replaced(trace, tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text("older, and much longer than what comes" * 100)
    trace.save(path)
    assert path.read_bytes() == trace.csv().encode()


@pytest.mark.parametrize("name", ["trace.txt", "trace", "trace.csv.gz", "csv"])
def test_an_unknown_ending_is_an_error_that_lists_the_known_ones(trace, tmp_path, name):
    with pytest.raises(ValueError, match=r"take one of \.csv, .*\.json"):
        trace.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_never_replaced(trace, tmp_path):
    folder = tmp_path / "results.csv"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match="this is a folder; pass the name of a file in it"):
        trace.save(folder)


def test_a_folder_that_does_not_exist_is_named(trace, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing.*; make it"):
        trace.save(tmp_path / "missing" / "trace.csv")


def test_what_has_no_form_in_json_is_refused_and_not_written_with_its_address(trace):
    trace.record("send", ORDERS, thing=object())
    with pytest.raises(TypeError, match="a fact of type object has no form in JSON"):
        trace.json()


# ---- always

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
facts = st.dictionaries(
    st.sampled_from(["body", "reason", "visible_at", "polls"]),
    st.one_of(texts, st.integers(), st.booleans(), st.none(), st.lists(texts), st.dictionaries(texts, texts)),
)
names = st.text(string.ascii_letters + string.digits + "-_:,\"'", min_size=1, max_size=20)
happenings = st.lists(st.tuples(names, names, st.none() | names, st.integers(0, 2**20), facts))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine makes data slowly
@given(happenings)
def test_nothing_is_lost_on_the_way_into_json(happened):
    trace = World.for_tests().trace
    for kind, resource, message, size, more in happened:
        trace.record(kind, resource, message=message, size=size, **more)
    read = json.loads(json_text(trace))["hops"]
    assert [
        (hop["kind"], hop["resource"], hop["message"], hop["size"], hop["facts"]) for hop in read
    ] == happened
    assert [tuple(hop["causes"]) for hop in read] == [hop.causes for hop in trace]
    for hop in read:
        moment = datetime.datetime.fromisoformat(hop["time"])
        assert (moment - datetime.datetime.fromtimestamp(0, datetime.UTC)) == datetime.timedelta(
            microseconds=hop["microseconds"]
        )


@given(happenings)
def test_the_csv_is_the_json_in_columns(happened):
    trace = World.for_tests().trace
    for kind, resource, message, size, more in happened:
        trace.record(kind, resource, message=message, size=size, **more)
    table = rows(csv_text(trace, content=True))
    hops = json.loads(json_text(trace))["hops"]
    assert len(table) == len(hops)
    for row, hop in zip(table, hops, strict=True):
        flat = {f"facts.{name}": value for name, value in hop.pop("facts").items()} | hop
        for name, cell in row.items():
            value = flat.get(name)
            as_text = (
                ""
                if value is None
                else value
                if isinstance(value, str)
                else json.dumps(value, ensure_ascii=False)
            )
            assert cell == as_text


def test_dates_in_settings_are_kept_as_text_and_later_changes_do_not_reach_the_hop():
    world = World.for_tests()
    start = datetime.datetime(2026, 3, 7, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    settings = {"StartDate": start, "Targets": [{"Id": "1"}]}
    world.trace.record("create", "schedule", settings=settings)
    settings["Targets"][0]["Id"] = "2"
    (hop,) = json.loads(json_text(world.trace))["hops"]
    assert hop["facts"]["settings"] == {"StartDate": "2026-03-07T00:00:00Z", "Targets": [{"Id": "1"}]}
