"""The live picture by itself: what it shows at each moment is what the trace says, by mouse and by key."""

import itertools
import json
import random
from functools import partial

import pytest
from busy_system import busy_flow
from flow_page import MODULE, SCREENSHOTS, FlowPage
from histories import History
from page_meter import compared
from playwright.sync_api import expect
from shop import Shop

from workbook import Lab
from workbook.flow.contents import Counts, counts_at
from workbook.flow.durations import duration_text
from workbook.flow.moves import Status
from workbook.flow.scene import Scene
from workbook.flow.stage import stage_json

NOTHING = Counts(0, 0, 0)
STILL, MOVING = "reduce", "no-preference"
HOSTILE = "<img src=x onerror=\"document.title='broken'\"></script> \N{SHORTCAKE} \N{HEBREW LETTER ALEF}"


@pytest.fixture(scope="module")
def flow():
    """A machine that fails at glass, dead letters, a delay, and quiet times."""
    with Lab(seed=3) as lab:
        shop = Shop(lab)
        shop.machine(BatchSize=5)
        lab.advance(10)
        shop.send("an apple pie", HOSTILE + " glass", "a bun")
        lab.advance(10)
        shop.send("a late order", DelaySeconds=60)
        lab.advance(200)
        return lab.flow()


@pytest.fixture(scope="module")
def crowd():
    """200 messages, one in ten of which fails."""
    with Lab(seed=3) as lab:
        shop = Shop(lab)
        shop.machine(BatchSize=10)
        lab.advance(10)
        for batch in range(20):
            entries = [
                {"Id": str(place), "MessageBody": f"order {10 * batch + place}{' glass' * (place == 3)}"}
                for place in range(10)
            ]
            shop.sqs.send_message_batch(QueueUrl=shop.orders, Entries=entries)
        lab.advance(100)
        return lab.flow()


@pytest.fixture(scope="module")
def fan_out():
    """Two events, which a rule has delivered to two queues; from one of them both were received."""
    with Lab(seed=3) as lab:
        sqs, events = lab.client("sqs"), lab.client("events")
        arns = [f"arn:aws:sqs:us-east-1:123456789012:{queue}" for queue in ("billing", "shipping")]
        for arn in arns:
            allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
            url = sqs.create_queue(QueueName=arn.split(":")[-1], Attributes={"Policy": policy})["QueueUrl"]
        events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="orders", Targets=[{"Id": arn[-7:-3], "Arn": arn} for arn in arns])
        for number in (1, 2):
            detail = json.dumps({"order": number})
            events.put_events(Entries=[{"Source": "shop", "DetailType": "Order Placed", "Detail": detail}])
        lab.run_until_idle()
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return lab.flow()


@pytest.fixture
def show(browser):
    """Opens a page with a flow; at the end nothing may have been complained about."""
    shown = []

    def show(flow, *, motion=STILL, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion=motion)
        shown.append(FlowPage(context.new_page(), flow._stage(), **options))
        return shown[-1]

    yield show
    for page in shown:
        assert page.complaints == []
        page.page.context.close()


def label_of(flow, place):
    return next(node.label for node in flow.scene.system.nodes if node.place == place)


def queues_of(flow):
    return {node.label: node.place for node in flow.scene.system.nodes if node.kind.is_queue}


# ---- what it shows


def test_it_opens_at_the_end_with_what_is_left(show, flow):
    page = show(flow)
    at_the_end = counts_at(flow.scene.changes, flow.scene.now)
    for label, place in queues_of(flow).items():
        assert page.counts(label) == at_the_end.get(place, NOTHING)
    assert page.told().startswith(flow.scene.moves[-1].text)


def test_step_by_step_it_tells_the_whole_story_and_shows_what_lies_where(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("Home")
    assert page.told() == "The beginning: nothing has happened yet"
    moves = flow.scene.moves
    for move, following in itertools.zip_longest(moves, moves[1:]):
        page.press("n")
        assert page.told().replace("\n", "").startswith(move.text)
        assert page.told().endswith(move.status.value)
        if following is None or following.time > move.time:
            then = counts_at(flow.scene.changes, move.time)
            found = {label: page.counts(label) for label in queues_of(flow)}
            assert found == {label: then.get(place, NOTHING) for label, place in queues_of(flow).items()}
    for move in reversed(moves[:-1]):
        page.press("p")
        assert page.told().replace("\n", "").startswith(move.text)


_COUNTS_AFTER_EACH_MOVE = """async ([module, json]) => {
    const { decode, State } = await import(module);
    const stage = decode(json);
    const state = new State(stage, true);
    const look = index => { state.goTo(index); return state.counts.map(counts => counts.slice(0, 3)); };
    const indexes = [...stage.moves.told.keys()];
    const onwards = indexes.map(look);
    const back = indexes.reverse().map(look).reverse();
    return [onwards, back];
}"""


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_the_browser_counts_as_the_trace_does_onwards_and_back(show, flow, seed):
    chance = random.Random(seed)
    choices = [
        lambda: ("send", chance.choice("ABC"), chance.randint(1, 4)),
        lambda: ("receive", chance.randint(1, 10), chance.choice([0, 1, 7, 30])),
        lambda: ("delete", chance.randint(0, 99), 0),
        lambda: ("hide", chance.randint(0, 99), chance.choice([0, 3, 50])),
        lambda: ("advance", chance.choice([0.001, 1, 7, 30, 61]), 0),
        lambda: ("move", 3, 0),
    ]
    history = History(".fifo" if seed % 2 else "").play([chance.choice(choices)() for _ in range(80)])
    scene = Scene.of(list(history.desk.world.trace), history.desk.now)
    onwards, back = show(flow).page.evaluate(_COUNTS_AFTER_EACH_MOVE, [MODULE, stage_json(scene, "", "")])
    assert onwards == back
    assert len(onwards) == len(scene.moves) > 20
    for counts, move, following in zip(onwards, scene.moves, [*scene.moves[1:], None], strict=True):
        if following is None or following.time > move.time:
            then = counts_at(scene.changes, move.time)
            assert counts == [list(then.get(node.place, NOTHING)) for node in scene.system.nodes]


def test_scrubbed_into_a_quiet_time_it_shows_what_lay_in_the_queues_then(show, flow):
    page = show(flow)
    timeline = flow.scene.timeline
    for fold in timeline.folds:
        middle = (fold.start + fold.end) / 2
        page.scrub(middle / timeline.length)
        then = counts_at(flow.scene.changes, timeline.aws_time(middle))
        for label, place in queues_of(flow).items():
            assert page.counts(label) == then.get(place, NOTHING)
        expect(page.page.locator(".wb-fold")).to_have_text(fold.text)


def test_the_counts_on_lines_are_those_of_the_still_picture_in_the_end(show, flow):
    page = show(flow)
    numbers = range(len(flow.scene.system.lines))
    live = [page.page.locator(f"[data-line='{number}'] text").all_text_contents() for number in numbers]
    page.page.locator("#flow").evaluate("(place, svg) => { place.innerHTML = svg }", flow.svg())
    still = [page.page.locator(f"[data-line='{number}'] text").all_text_contents() for number in numbers]
    assert [[text for text in texts if text] for texts in still] == live
    assert any(live)


def test_the_clock_shows_aws_time_and_the_time_since_the_start(show, flow):
    page = show(flow)
    passed = (flow.scene.now - flow.scene.start) / 1e6
    assert page.page.locator(".wb-since").inner_text() == f"+{duration_text(passed)}"
    page.page.locator(".wb-node").first.focus()
    page.press("Home")
    assert page.page.locator(".wb-clock").inner_text() == "2026-01-05 09:00:00 UTC"
    assert page.page.locator(".wb-range").get_attribute("aria-valuetext") == "09:00:00 UTC, +0 s"


def test_durations_read_as_they_do_in_sentences(show, flow):
    page = show(flow)
    for seconds in (0, 0.0004, 0.25, 1, 29.96, 59.96, 60, 61, 3599.6, 3600, 7500, 86400, 1e6, 12345678):
        assert page.call("durationText", seconds) == duration_text(seconds)


def test_what_a_message_says_is_text_and_nothing_else(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("Home", "m", "m")
    assert page.page.locator(".wb-body").inner_text() == HOSTILE + " glass"
    assert page.page.title() != "broken"


def test_where_nothing_has_happened_it_says_so(show):
    with Lab() as lab:
        page = show(lab.flow())
    assert page.told() == "Nothing has happened yet"
    expect(page.page.locator(".wb-play")).to_be_disabled()


def test_the_picture_of_a_moment_opens_at_that_moment(show, flow):
    page = show(flow.at(20))
    assert page.page.locator(".wb-since").inner_text() == "+20 s"


# ---- playing


_DOTS_NOW_AND_AFTER_FIVE_FRAMES = """async () => {
    const dots = () => document.querySelector('.wb-moves').innerHTML;
    const now = dots();
    for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
    return [now, dots()];
}"""
# What each sentence was told with: one picture if nothing moves meanwhile.
_PICTURES_OF_THREE_SENTENCES = """async () => {
    const [told, moves] = ['.wb-told', '.wb-moves'].map(name => document.querySelector(name));
    const pictures = new Map();
    while (pictures.size < 3 && document.querySelector('[aria-label="Pause"]')) {
        await new Promise(requestAnimationFrame);
        pictures.set(told.innerText, (pictures.get(told.innerText) ?? new Set()).add(moves.innerHTML));
    }
    return [...pictures.values()].map(each => each.size);
}"""


def test_it_plays_to_the_end_with_dots_that_move_along_lines(show, flow):
    page = show(flow, motion=MOVING)
    page.page.get_by_label("Play", exact=True).click()
    dots = page.page.locator(".wb-dot:not([display])")
    expect(dots.first).to_be_attached()
    dot = page.page.locator(".wb-moves").inner_html()
    page.page.wait_for_function("dot => document.querySelector('.wb-moves').innerHTML !== dot", arg=dot)
    page.page.get_by_label("Pause", exact=True).click()
    at_rest, later = page.page.evaluate(_DOTS_NOW_AND_AFTER_FIVE_FRAMES)
    assert later == at_rest
    page.page.get_by_label("Speed").select_option("16")
    page.press("Tab")
    page.page.locator(".wb-node").first.focus()
    page.press("Space")
    expect(page.page.get_by_label("Play", exact=True)).to_be_visible()
    assert page.told().startswith(flow.scene.moves[-1].text)


def test_many_dots_that_are_near_each_other_are_one_with_their_number(show, crowd):
    page = show(crowd, motion=MOVING)
    move = next(
        index for index, move in enumerate(crowd.scene.moves) if move.text.startswith("you sent message 100 ")
    )
    page.scrub(crowd.scene.timeline.spans[move][0] / crowd.scene.timeline.length)
    texts = page.page.locator(".wb-dot:not([display]) .wb-dot-text").all_text_contents()
    merged = [int(text[1:]) for text in texts if text.startswith("\N{MULTIPLICATION SIGN}")]
    under_way = [
        begin <= crowd.scene.timeline.spans[move][0] < end for begin, end in crowd.scene.timeline.spans
    ].count(True)
    assert merged
    assert sum(merged) + len(texts) - len(merged) == pytest.approx(under_way, abs=1)


def test_who_does_not_want_to_see_things_move_sees_steps(show, flow):
    page = show(flow, motion=STILL)
    page.page.locator(".wb-node").first.focus()
    page.press("Home", "Space")
    expect(page.page.get_by_label("Pause", exact=True)).to_be_visible()
    assert page.page.evaluate(_PICTURES_OF_THREE_SENTENCES) == [1, 1, 1]
    page.press("Space")


def test_the_next_failure_is_found_and_after_the_last_it_says_so(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("Home")
    failures = [move for move in flow.scene.moves if move.status.is_failure]
    assert len(failures) > 3
    for move in failures:
        page.press("f")
        assert page.told().replace("\n", "").startswith(move.text)
    page.press("f")
    assert page.told() == "No failure comes after this"


# ---- selecting


def test_a_queue_shows_its_messages_and_settings_at_that_moment(show, flow):
    page = show(flow)
    page.node("dead").click()
    selected = page.page.locator(".wb-selected")
    assert selected.locator("h3").inner_text().startswith("dead dead-letter queue")
    rows = [row.split("\t") for row in selected.locator("tbody tr").all_inner_texts()]
    dead = [move for move in flow.scene.moves if move.status is Status.DEAD_LETTERED]
    assert [row[0] for row in rows] == [flow.scene.letters[move.message].name for move in dead]
    assert {row[1] for row in rows} == {"visible"}
    assert {row[2] for row in rows} == {"2"}
    selected.get_by_text("Settings at this moment").click()
    assert "VisibilityTimeout" in selected.inner_text()
    page.page.locator(".wb-node").first.focus()
    page.press("Home")
    assert "No message is in it at this moment." in selected.inner_text()


def test_arrow_keys_go_from_node_to_node_and_enter_selects(show, flow):
    page = show(flow)
    focused = page.page.locator(".wb-node:focus .wb-label")
    page.node("you").focus()
    walk = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.press(key)
        walk.append(focused.text_content())
    assert walk == ["orders", "machine", "orders", "dead", "orders"]
    page.press("Enter")
    assert page.page.locator(".wb-selected h3").inner_text().startswith("orders queue")
    assert page.node("orders").get_attribute("aria-pressed") == "true"
    page.press("Escape")
    assert page.node("orders").get_attribute("aria-pressed") == "false"
    assert "Select a node" in page.page.locator(".wb-selected").inner_text()


def test_a_line_says_why_it_delivered_or_did_not(show, flow):
    page = show(flow)
    page.node("you").focus()
    polls = [line.way.value for line in flow.scene.system.lines].index("poll")
    for _ in range(polls + 1):
        page.press("l")
    page.press("Enter")
    selected = page.page.locator(".wb-selected")
    assert selected.locator("h3").inner_text().startswith("orders → machine poll")
    rows = dict(row.split("\t")[:2] for row in selected.locator("tbody tr").all_inner_texts())
    received = [move for move in flow.scene.moves if "for machine" in move.text]
    assert int(rows[" delivered"]) + int(rows[" delivered again"]) == len(received)
    failed = [move for move in flow.scene.moves if "was not done" in move.text]
    assert int(rows[" failed"]) == len(failed)
    assert failed[-1].text in selected.inner_text()


def test_the_life_of_a_message_is_marked_in_the_picture_and_told(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("Home", "m")
    number = flow.scene.moves[0].message
    letter = flow.scene.letters[number]
    life = [move for move in flow.scene.moves if move.message == number]
    told = page.page.locator(".wb-life li").all_inner_texts()
    for move in life:
        assert any(move.text in line for line in told)
    assert letter.message_id[:8] in page.page.locator(".wb-selected h3").inner_text()
    touched = {label_of(flow, place) for move in life for place in move.line}
    marked = page.page.locator(".wb-node.wb-on-way .wb-label").all_text_contents()
    assert set(marked) == touched
    for expected in [line for line in told if line]:
        page.press("]")
        assert expected.split("\n")[-1][-25:] in page.told().replace("\n", "")


def test_the_name_of_a_message_in_a_sentence_leads_to_it(show, flow):
    page = show(flow)
    page.page.locator(".wb-recent .wb-link", has_text="message").first.click()
    assert page.page.locator(".wb-selected h3").inner_text().startswith("message ")


def test_the_time_of_a_sentence_leads_to_that_moment(show, flow):
    page = show(flow)
    line = page.page.locator(".wb-recent li").nth(3)
    text = line.inner_text()
    line.locator(".wb-time").click()
    assert page.told().split("\n")[0][:20] in text.replace("\n", " ")


def test_as_a_table_it_says_the_same(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("t")
    tables = page.page.locator(".wb-tables")
    expect(tables).to_be_visible()
    expect(page.page.locator(".wb-picture")).to_be_hidden()
    then = counts_at(flow.scene.changes, flow.scene.now)
    for label, place in queues_of(flow).items():
        visible, in_flight, delayed = then.get(place, NOTHING)
        row = tables.locator("tr", has_text=label).first
        expect(row).to_contain_text(f"{visible} visible, {in_flight} in flight, {delayed} delayed")
    page.page.get_by_label("As a table").click()
    expect(page.page.locator(".wb-picture")).to_be_visible()


# ---- for those who listen, and for the notebook around


def test_screen_readers_hear_what_each_node_holds(show, flow):
    page = show(flow)
    assert page.page.locator("[role=group][aria-label='Flow of messages']").count() == 1
    visible = counts_at(flow.scene.changes, flow.scene.now)[queues_of(flow)["dead"]].visible
    label = page.node("dead").get_attribute("aria-label")
    assert label == f"dead, dead-letter queue, {visible} visible, 0 in flight, 0 delayed"
    assert page.page.locator(".wb-hidden").text_content() == flow.prose()
    assert page.page.locator(".wb-told").get_attribute("aria-live") == "polite"
    unnamed = page.page.locator("button, input, select").evaluate_all(
        "all => all.filter(one => !one.getAttribute('aria-label') && !one.textContent.trim()).length"
    )
    assert unnamed == 0


def test_while_it_plays_screen_readers_are_left_in_peace(show, flow):
    page = show(flow, motion=MOVING)
    page.page.get_by_label("Speed").select_option("0.25")
    page.page.get_by_label("Play", exact=True).click()
    expect(page.page.locator(".wb-told")).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize(
    "on_the_way_down", [False, True]
)  # JupyterLab listens on the way up, Notebook 7 down
def test_keys_for_the_picture_do_not_reach_the_notebook(show, flow, on_the_way_down):
    page = show(flow)
    page.page.evaluate(
        """down => {
            window.heard = [];
            document.addEventListener('keydown', event => heard.push(event.key), down);
        }""",
        on_the_way_down,
    )
    page.page.locator(".wb-node").first.focus()
    page.press("ArrowDown", "a", "n", "x", "d", "M", "Enter", "Escape")
    page.page.locator(".wb-range").press("ArrowLeft")
    page.page.locator(".wb-play").press("Space")
    assert page.page.evaluate("heard") == []
    page.press("Escape", "Shift+Enter", "Control+b")
    heard = page.page.evaluate("heard")
    assert [key for key in heard if key not in {"Shift", "Control"}] == ["Escape", "Enter", "b"]


def test_when_the_picture_is_gone_all_keys_are_the_notebooks(show, flow):
    page = show(flow)
    page.page.evaluate("close()")
    page.page.evaluate(
        "() => { window.heard = []; document.addEventListener('keydown', event => heard.push(event.key)) }"
    )
    page.page.locator(".wb-node").first.focus()
    page.press("a")
    assert page.page.evaluate("heard") == ["a"]


def test_every_key_is_in_the_help(show, flow):
    page = show(flow)
    page.page.locator(".wb-node").first.focus()
    page.press("?")
    text = page.page.locator(".wb-help").inner_text()
    for key in ("Space", "n or .", "p or ,", "f", "Home, End", "arrow keys", "Enter", "Escape"):
        assert key in text
    page.press("Escape")
    expect(page.page.locator(".wb-help")).to_be_hidden()


# ---- following


@pytest.fixture
def growing():
    """A shop, and its flow so far whenever it is asked for."""
    with Lab(seed=3) as lab:
        shop = Shop(lab)
        shop.send("rye", "bun")
        yield shop, lab.flow


def test_who_is_at_the_end_sees_what_is_new(show, growing):
    shop, look = growing
    page = show(look(), following=True)
    expect(page.page.locator(".wb-live")).to_be_visible()
    shop.receive()
    page.change(stage=look()._stage())
    assert page.counts("orders") == (1, 1, 0)
    assert page.told().startswith("you received message 1 from orders")


def test_who_is_elsewhere_stays_there_and_keeps_what_is_selected(show, growing):
    shop, look = growing
    page = show(look(), following=True)
    page.node("orders").click()
    page.node("orders").focus()
    page.press("Home", "n")
    told = page.told()
    shop.receive()
    page.change(stage=look()._stage())
    assert page.told() == told
    assert page.page.locator(".wb-selected h3").inner_text().startswith("orders")
    assert page.page.locator(".wb-node:focus .wb-label").text_content() == "orders"
    page.press("End")
    assert page.counts("orders") == (1, 1, 0)


_NOTE_WHAT_THE_BUTTON_SAYS = """() => {
    window.buttonSaid = [];
    const button = document.querySelector('.wb-play');
    const note = () => buttonSaid.push(button.getAttribute('aria-label'));
    new MutationObserver(note).observe(button, { attributeFilter: ['aria-label'] });
}"""


def test_new_things_are_played_where_things_may_move(show, growing):
    shop, look = growing
    page = show(look(), motion=MOVING, following=True)
    shop.receive()
    page.page.evaluate(_NOTE_WHAT_THE_BUTTON_SAYS)
    page.change(stage=look()._stage())
    page.page.wait_for_function("buttonSaid.length === 2")
    assert page.page.evaluate("buttonSaid") == ["Pause", "Play"]
    assert page.counts("orders") == (1, 1, 0)


def test_an_error_is_shown_and_goes_away(show, flow):
    page = show(flow)
    page.change(problem="The picture could not be brought up to date: ValueError: no")
    expect(page.page.get_by_role("alert")).to_have_text(
        "The picture could not be brought up to date: ValueError: no"
    )
    page.change(problem="")
    expect(page.page.get_by_role("alert")).to_be_hidden()


def test_it_says_how_many_places_show_it(show, flow):
    page = show(flow)
    assert page.page.evaluate("values.views") == 1
    page.page.evaluate("close()")
    assert page.page.evaluate("values.views") == 0


# ---- how it looks


def test_in_a_narrow_window_the_picture_goes_from_top_to_bottom_and_keeps_what_is_selected(show, flow):
    page = show(flow)
    wide = page.page.locator(".wb-picture svg").evaluate("svg => svg.viewBox.baseVal.width")
    page.node("orders").click()
    page.page.set_viewport_size({"width": 400, "height": 900})
    page.page.wait_for_function(
        "wide => document.querySelector('.wb-picture svg').viewBox.baseVal.width < wide", arg=wide
    )
    expect(page.node("orders")).to_have_attribute("aria-pressed", "true")
    box = page.node("orders").locator(".wb-label").bounding_box()
    assert box["height"] > 9, "letters of that many pixels can be read"
    assert page.counts("orders") == counts_at(flow.scene.changes, flow.scene.now)[queues_of(flow)["orders"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("which", ["flow", "crowd"])
def test_it_has_its_picture_taken(show, request, which, width, theme):
    """For people to look at; what a machine can judge is that nothing runs out of the window."""
    page = show(request.getfixturevalue(which), width=width)
    if theme == "dark":
        page.page.evaluate(
            "() => { document.body.dataset.jpThemeLight = 'false'; document.body.style.background = '#111' }"
        )
    page.scrub(0.45)
    page.page.locator(".wb-node").first.focus()
    page.press("f", "m")
    page.page.screenshot(path=SCREENSHOTS / f"flow-{which}-{theme}-{width}.png", full_page=True)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_where_the_system_chooses_the_colours_it_can_be_read(show, flow):
    page = show(flow)
    page.page.emulate_media(forced_colors="active")
    page.page.screenshot(path=SCREENSHOTS / "flow-forced-colours.png", full_page=True)
    shape, back = (
        page.node("orders")
        .locator(".wb-shape")
        .evaluate("shape => [getComputedStyle(shape).stroke, getComputedStyle(shape).fill]")
    )
    assert shape != back


# ---- speed: how much work it is, compared with a flow of the same system whose story is a tenth as long

_SCRUBS = """async () => {
    const range = document.querySelector('.wb-range');
    const times = [];
    for (let place = 0; place < 20; place += 1) {
        await new Promise(requestAnimationFrame);
        const begin = performance.now();
        range.value = ((place * 37) % 100) / 100 * range.max;
        range.dispatchEvent(new Event('input'));
        document.querySelector('.wb-live-flow').getBoundingClientRect(); // lays the page out
        times.push(performance.now() - begin);
    }
    return times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
}"""
# From the middle on each time, since the end would come while others have the processor.
_FRAMES = """async () => {
    const range = document.querySelector('.wb-range');
    range.value = range.max / 2;
    range.dispatchEvent(new Event('change'));
    document.querySelector('.wb-play').click();
    const begin = performance.now();
    for (let frame = 0; frame < 20; frame += 1) await new Promise(requestAnimationFrame);
    return 20_000 / (performance.now() - begin);
}"""
_CHANGES_OF_A_SCRUB = """async () => {
    const [range, flow] = ['.wb-range', '.wb-live-flow'].map(name => document.querySelector(name));
    const watch = new MutationObserver(() => {});
    watch.observe(flow, { subtree: true, childList: true, attributes: true, characterData: true });
    const changes = [];
    for (const share of [0.9, 0.1, 0.5, 0.3, 0.7]) {
        range.value = share * range.max;
        range.dispatchEvent(new Event('input'));
        changes.push(watch.takeRecords().length);
    }
    watch.disconnect();
    return changes.sort((one, other) => one - other)[2];
}"""


@pytest.fixture(scope="module")
def long_and_short_flow():
    """Two flows of 42 nodes: one of 10,000 hops, and one of a tenth of them."""
    flows = [busy_flow(queues=14, hops=hops) for hops in (10_000, 1_000)]
    assert all(len(flow.scene.system.nodes) >= 40 for flow in flows)
    return flows


@pytest.fixture
def long_and_short(show, long_and_short_flow):
    """A page of each."""
    return [show(flow, motion=MOVING) for flow in long_and_short_flow]


def times_as_much(pages, work, record_property):
    """How many times the work on the second page it is on the first."""
    return compared(*(partial(page.spent, work) for page in pages), record_property)


def test_a_long_story_is_opened_quickly(long_and_short, record_property):
    record_property("first paint, ms", round(long_and_short[0].first_paint, 1))
    assert times_as_much(long_and_short, "reopen", record_property) < 4


def test_a_long_story_is_scrubbed_as_fluently_as_a_short_one(long_and_short, record_property):
    record_property("scrub, ms", round(long_and_short[0].page.evaluate(_SCRUBS), 1))
    assert times_as_much(long_and_short, _SCRUBS, record_property) < 2.5


def test_a_long_story_plays_as_fluently_as_a_short_one(long_and_short, record_property):
    record_property("frames a second", round(long_and_short[0].page.evaluate(_FRAMES), 1))
    assert times_as_much(long_and_short, _FRAMES, record_property) < 2.5


def test_a_scrub_changes_what_is_seen_and_not_more(long_and_short):
    """A handful for each node and line, and for each dot that is under way."""
    seen = long_and_short[0].page.locator(".wb-node, [data-line]").count()
    changes, usual = (page.page.evaluate(_CHANGES_OF_A_SCRUB) for page in long_and_short)
    assert 0 < changes < 3 * seen
    assert changes < 2 * usual


# ---- copies


def test_what_was_delivered_to_two_queues_lies_in_both(show, fan_out):
    page = show(fan_out)
    assert page.counts("billing") == Counts(2, 0, 0)
    assert page.counts("shipping") == Counts(0, 2, 0)


@pytest.mark.parametrize("number", [1, 2])
def test_an_event_is_called_so_and_says_where_its_copies_are(show, fan_out, number):
    page = show(fan_out)
    page.page.locator(".wb-recent .wb-link", has_text=f"event {number}").first.click()
    selected = page.page.locator(".wb-selected")
    expect(selected.locator("h3")).to_contain_text(f"event {number}")
    expect(selected).to_contain_text(
        "visible in billing, in flight in shipping at this moment, received 1 time"
    )
    expect(selected.locator("pre")).to_contain_text(f'"order":{number}')


def test_a_line_says_what_arrived_also_where_as_many_were_refused(show):
    with Lab(seed=3) as lab:
        sqs, events = lab.client("sqs"), lab.client("events")
        billing, dead = (f"arn:aws:sqs:us-east-1:123456789012:{name}" for name in ("billing", "dead"))
        allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
        policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})}
        url = sqs.create_queue(QueueName="billing")["QueueUrl"]
        sqs.create_queue(QueueName="dead", Attributes=policy)
        events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
        target = {"Id": "1", "Arn": billing, "DeadLetterConfig": {"Arn": dead}}
        events.put_targets(Rule="orders", Targets=[target])
        for _ in range(2):
            events.put_events(Entries=[{"Source": "shop", "DetailType": "Order Placed", "Detail": "{}"}])
            lab.run_until_idle()
            sqs.set_queue_attributes(QueueUrl=url, Attributes=policy)
        flow = lab.flow()
    line = show(flow).page.get_by_role("button", name="orders → billing")
    expect(line).to_have_accessible_name("orders → billing, route: 1, 1 refused")
