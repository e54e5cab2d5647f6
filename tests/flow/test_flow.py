"""lab.flow(): what is shown, how it is narrowed, and where a picture can go."""

import base64
import datetime
import re

import pytest
from drawing import Drawing

from workbook.flow.bundle import Picture
from workbook.flow.flow import Flow
from workbook.flow.resources import Kind


def labels(flow):
    return {node.label for node in flow.scene.system.nodes}


def texts(flow):
    return [move.text for move in flow.moves]


# ---- narrowing


def test_a_flow_is_a_snapshot(shop):
    shop.send("rye")
    flow = shop.lab.flow()
    before = flow.svg()
    shop.send("oat")
    assert flow.svg() == before
    assert len(flow.moves) == 1
    assert len(shop.lab.flow().moves) == 2


def test_the_life_of_one_message(shop):
    sent = shop.sqs.send_message(QueueUrl=shop.orders, MessageBody="rye")
    shop.send("oat")
    shop.delete(*shop.receive())
    flow = shop.lab.flow(of=sent)
    assert texts(flow) == [
        "you sent message 1 to orders",
        "you received message 1 from orders",
        "message 1 is done and was deleted from orders",
    ]
    assert "only message 1" in flow.prose().splitlines()[0]
    assert Drawing(flow.svg()).texts("wb-caption") == ["only message 1"]
    assert texts(shop.lab.flow(of=1)) == texts(flow)
    assert texts(shop.lab.flow(of=sent["MessageId"][:8])) == texts(flow)


def test_a_timeout_that_ends_belongs_to_the_life_of_its_message(shop):
    shop.send("rye")
    shop.receive()
    shop.lab.advance(31)
    assert texts(shop.lab.flow(of=1))[-1].startswith("message 1 came back")


@pytest.mark.parametrize("since", [30, 30.0, datetime.timedelta(seconds=30)])
def test_from_an_instant_on(shop, since):
    shop.send("rye")
    shop.lab.advance(60)
    shop.send("oat")
    flow = shop.lab.flow(since=since)
    assert texts(flow) == ["you sent message 2 to orders"]
    assert "from 30 s on" in flow.prose()


def test_from_a_datetime_on(shop):
    shop.send("rye")
    shop.lab.advance(60)
    now = shop.lab.now
    shop.send("oat")
    assert texts(shop.lab.flow(since=now)) == ["you sent message 2 to orders"]


@pytest.mark.parametrize("only", ["parcels", ["parcels"]])
def test_one_resource_and_whom_it_deals_with(shop, only):
    parcels = shop.queue("parcels")
    shop.sqs.send_message(QueueUrl=parcels, MessageBody="box")
    shop.send("rye")
    flow = shop.lab.flow(only=only)
    assert labels(flow) == {"parcels", "you"}
    assert len(flow.moves) == 1


@pytest.mark.parametrize("only", ["function", "Lambda function", "functions", Kind.FUNCTION])
def test_a_kind_of_resource(shop, only):
    shop.machine()
    shop.send("rye")
    shop.lab.run_until_idle()
    assert labels(shop.lab.flow(only=only)) == {"orders", "machine"}


def test_a_resource_at_which_nothing_happened_is_shown_all_the_same(shop):
    shop.queue("parcels")
    assert labels(shop.lab.flow(only="parcels")) == {"parcels"}


def test_narrowing_adds_up(shop):
    shop.send("rye", "oat")
    shop.lab.advance(60)
    shop.receive(MaxNumberOfMessages=10)
    flow = shop.lab.flow(of=2, since=30, only="orders")
    assert texts(flow) == ["you received message 2 from orders"]
    assert flow.caption == "only message 2, from 30 s on, only orders"


# ---- errors that teach


def test_an_unknown_resource_lists_those_there_are(shop):
    with pytest.raises(LookupError, match=r"only='order': .*there are dead, orders; kinds: queue"):
        shop.lab.flow(only="order")


def test_an_unknown_message_number_says_how_they_are_numbered(shop):
    with pytest.raises(LookupError, match="of=1: no message 1 in this trace; there is none yet"):
        shop.lab.flow(of=1)
    shop.send("rye")
    with pytest.raises(LookupError, match=r"of=7: .*numbered from 1 to 1"):
        shop.lab.flow(of=7)


def test_an_unknown_message_id_is_refused_as_the_trace_does(shop):
    with pytest.raises(LookupError, match="no message in this trace"):
        shop.lab.flow(of="nobody")


@pytest.mark.parametrize("since", ["30", True, None.__class__])
def test_a_time_that_is_none(shop, since):
    with pytest.raises(TypeError, match=r"since=.*pass seconds since the first hop"):
        shop.lab.flow(since=since)


@pytest.mark.parametrize("since", [-1, float("nan"), datetime.timedelta(seconds=-5)])
def test_a_time_before_the_first_hop(shop, since):
    with pytest.raises(ValueError, match=r"since=.*0 or more"):
        shop.lab.flow(since=since)


def test_a_filter_that_is_none(shop):
    with pytest.raises(TypeError, match=r"only=5: pass the name of a resource"):
        shop.lab.flow(only=5)
    with pytest.raises(LookupError, match="name at least one"):
        shop.lab.flow(only=[])


# ---- another time, another width


def test_the_counts_of_another_time(shop):
    shop.send("rye")
    shop.lab.advance(10)
    shop.send("oat")
    early = shop.lab.flow().at(5)
    assert Drawing(early.svg()).texts("wb-visible") == ["0", "1"]
    assert Drawing(early.svg()).texts("wb-line-count") == ["", "1"]  # dead letters, orders
    assert "you to orders: 1." in early.prose()


def test_a_narrow_picture(shop):
    shop.machine()
    shop.send("rye")
    flow = shop.lab.flow()
    wide, narrow = (float(Drawing(one.svg()).root.get("width")) for one in (flow, flow.narrow()))
    assert narrow < 464 < wide
    with pytest.raises(ValueError, match="width=100"):
        flow.narrow(100)


# ---- where a picture can go


def test_the_bundle_of_a_notebook(shop):
    shop.send("rye")
    flow = shop.lab.flow()
    bundle = flow.bundle()
    assert list(bundle) == ["text/html", "image/svg+xml", "text/plain"]
    assert bundle["text/plain"] == flow.prose() == repr(flow)
    assert bundle["image/svg+xml"] == flow.svg()
    embedded = re.search(r"base64,([A-Za-z0-9+/=]+)", bundle["text/html"])[1]
    assert base64.b64decode(embedded).decode() == flow.svg()
    assert flow.prose().splitlines()[0] in bundle["text/html"]
    assert bundle.items() <= flow._repr_mimebundle_().items()


def test_saving(shop, tmp_path):
    shop.send("rye")
    flow = shop.lab.flow()
    svg = flow.save(tmp_path / "flow.svg")
    assert svg.read_text(encoding="utf-8").strip() == flow.svg()
    page = flow.save(tmp_path / "flow.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert flow.svg() in page
    assert flow.prose().splitlines()[1] in page
    assert flow.save(str(tmp_path / "flow.PNG")).read_bytes().startswith(b"\x89PNG")


def test_a_picture_is_never_saved_as_something_else(shop, tmp_path):
    flow = shop.lab.flow()
    with pytest.raises(ValueError, match=r"pass one of \.svg, \.png, \.html"):
        flow.save(tmp_path / "flow.pdf")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        flow.save(tmp_path / "nowhere" / "flow.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_drawn_once():
    class Counted(Picture):
        drawn = 0

        def _draw(self):
            self.drawn += 1
            return "<svg/>"

        def _describe(self):
            return "words"

    picture = Counted()
    picture.bundle()
    picture.svg()
    assert picture.drawn == 1


def test_a_flow_of_a_closed_lab_can_still_be_drawn(shop):
    shop.send("rye")
    flow = shop.lab.flow()
    shop.lab.close()
    assert isinstance(flow, Flow)
    assert "<svg" in flow.svg()
