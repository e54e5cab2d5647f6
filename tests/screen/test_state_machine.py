"""The live state machine: stepped through, walked from state to state, folded; light, dark, wide, narrow."""

import pytest
from explorer_page import ExplorerPage
from machines import Works
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def widgets():
    works = Works()
    with works.lab:
        saga = works.sagas(1, 13).widget
        frames = works.frames("cup", "plate", "glass").widget
    return {"saga": saga, "frames": frames}


@pytest.fixture
def opened(browser, widgets):
    pages = []

    def opened(name, *, width=1000, dark=False):
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        return ExplorerPage(page, widgets[name], dark=dark)

    yield opened
    for page in pages:
        page.close()


def state(view, name):
    return view.page.locator(f'.wb-state[data-name="{name}"]')


def label(view, name):
    return state(view, name).get_attribute("aria-label")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1000, 400])
@pytest.mark.parametrize("name", ["saga", "frames"])
def test_it_fits_and_complains_of_nothing(opened, name, width, dark):
    view = opened(name, width=width, dark=dark)
    state(view, "Charge" if name == "saga" else "Pack").click()
    view.photograph(f"state-machine-{name}-{width}-{'dark' if dark else 'light'}")
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    assert view.complaints == []


def test_what_is_live_says_the_same_as_what_is_still(opened):
    view = opened("saga")
    assert label(view, "Charge") == "Charge, Task: succeeded 1, caught 1, tried again 1 time"
    assert label(view, "Stop") == "Stop, Fail: failed 1"


def test_one_steps_through_what_happened(opened):
    view = opened("saga")
    state(view, "Begin").focus()
    view.page.keyboard.press("Home")
    assert label(view, "Begin") == "Begin, Pass: not entered"
    view.page.keyboard.press("n")
    assert "execution 1: Begin was entered" in view.said()
    assert label(view, "Begin") == "Begin, Pass: running 1"
    view.page.keyboard.press("f")
    assert "execution 2: Charge failed (ValueError), and is tried again in 2 s" in view.said()
    assert label(view, "Charge") == "Charge, Task: running 1, succeeded 1, tried again 1 time"
    view.page.keyboard.press("End")
    assert label(view, "Stop") == "Stop, Fail: failed 1"


def test_arrows_lead_from_state_to_state_and_enter_shows_the_way_of_the_data(opened):
    view = opened("saga")
    state(view, "Begin").focus()
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("Enter")
    about = view.page.locator(".wb-about")
    assert about.locator("h4").first.inner_text() == "Charge"
    view.page.get_by_role("button", name="execution 1: succeeded").click()
    rows = about.locator("tr").all_inner_texts()
    assert any("ResultSelector" in row and '{"amount":10}' in row for row in rows)
    state(view, "Charge").focus()
    view.page.keyboard.press("Escape")
    assert about.is_hidden()


def test_one_execution_alone(opened):
    view = opened("saga")
    view.page.get_by_label("which execution").select_option("1")
    assert label(view, "Charge") == "Charge, Task: succeeded 1"
    assert label(view, "Stop") == "Stop, Fail: not entered"


def test_frames_fold_and_unfold(opened):
    view = opened("frames")
    assert label(view, "Each") == "Each, Map: caught 1, 2 of 3 items done, 1 failed"
    view.page.get_by_role("button", name="Fold", exact=True).click()
    assert state(view, "Pack").count() == 0
    assert label(view, "Each") == "Each, Map: caught 1, 2 of 3 items done, 1 failed"
    view.page.get_by_role("button", name="Unfold").click()
    assert state(view, "Pack").count() == 1


def test_it_plays(opened):
    view = opened("saga")
    view.page.get_by_role("button", name="Play").click()
    pause = view.page.get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    # It is pressed in the moment that is waited for: later, all may have been played.
    view.page.wait_for_function(
        """pause => document.querySelector('.wb-line-of-words').textContent.includes('Charge')
            && (pause.click(), true)""",
        arg=pause.element_handle(),
    )
    expect(view.page.get_by_role("button", name="Play")).to_be_visible()
    assert view.complaints == []
