/*
 * The live side of a sequence, of a chart and of a state machine.
 *
 * Python has drawn everything; this module inserts that very drawing and lets its reader walk through it. In a
 * sequence one goes from row to row and sees one message's life. In a chart a cursor reads the values, and a
 * stretch of time can be looked at more closely: only then are lines drawn here, from the same numbers. In a
 * state machine one steps through what happened, and sees what each state was given and made of it.
 *
 * Sections: start, drawing, keys, sequence, chart, scales, state machine, small parts.
 *
 * @typedef {{status: string, failure: boolean, more: number, steps: [string, string, number[]][]}} Row
 * @typedef {{id: string, word?: string, body?: string, group?: string|null, attributes?: string[]}} Message
 * @typedef {{resource: string, name: string, age: boolean, times: number[], values: (number|null)[],
 *            beside: null | {times: number[], values: (number|null)[]}}} Panel
 * @typedef {{resource: string, name: string, times: number[]}} Strip
 * @typedef {{state: string, run: number, begin: number, end: number|null, fate: string, next: string|null,
 *            catch: boolean, place: string, retries: number[], hop: number, within: number, items?: number,
 *            iteration?: number}} Visit
 * @typedef {{number: number, name: string, begin: number, end: number|null, fate: string, account: string}} Run
 */

const NARROW = 640; // pixels below which the narrow drawing is easier to read
const SVG = "http://www.w3.org/2000/svg";

// ---- start

export default {
  render({ model, el }) {
    const frame = frameOf(model);
    el.replaceChildren(frame.root);
    const facts = JSON.parse(model.get("facts"));
    const view = VIEWS[model.get("what")](frame, facts, model);
    const letKeysGo = keepKeysHere(frame.root);
    const forget = drawToFit(frame, model, view.drawn);
    return () => {
      letKeysGo();
      forget();
      view.forget?.();
    };
  },
};

const VIEWS = { chart: chartView, sequence: sequenceView, "state machine": machineView };

/** The parts of a view: its picture, a line of words that is read out, help, and what is known of a choice. */
function frameOf(model) {
  const what = model.get("what");
  const root = element("div", "wb-explorer", { role: "group", "aria-label": `${what}, to be explored` });
  const prose = element("p", "wb-unseen");
  prose.textContent = model.get("prose");
  const picture = element("div", "wb-picture");
  const tools = element("div", "wb-tools");
  const line = element("span", "wb-line-of-words", { "aria-live": "polite" });
  tools.append(line);
  const about = element("div", "wb-about", { role: "region", "aria-label": "what is selected" });
  about.hidden = true;
  root.append(prose, picture, tools, about);
  return { root, picture, tools, line, about };
}

// ---- drawing

/** Insert the drawing that fits the width there is, now and whenever that changes; returns what ends it. */
function drawToFit(frame, model, drawn) {
  let shown = null;
  const draw = () => {
    const width = frame.root.clientWidth;
    const kind = width > 0 && width < NARROW ? "narrow" : "wide";
    if (kind === shown) return;
    shown = kind;
    const svg = svgOf(model.get(kind));
    svg.style.maxWidth = `${Number(svg.getAttribute("width")) * 1.25}px`;
    frame.picture.replaceChildren(svg);
    drawn(svg);
  };
  const observer = new ResizeObserver(draw);
  observer.observe(frame.root);
  draw();
  return () => observer.disconnect();
}

/** The drawing as an element. It is parsed as XML, so nothing in it is taken for a script of this page. */
function svgOf(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const svg = document.importNode(parsed, true);
  svg.removeAttribute("role"); // its parts can be reached; as an image they could not
  return svg;
}

// ---- keys

const MARK = "data-lm-suppress-shortcuts"; // Lumino's name; it must be on the element that has the focus

/**
 * The notebook has keys of its own (arrows move from cell to cell). Those pressed here stay here, except Tab,
 * Escape and what is pressed together with Ctrl, Alt or the command key. Notebook 7 takes a key before it gets
 * here, unless the element that has the focus bears a mark.
 */
function keepKeysHere(root) {
  const isMeantForTheNotebook = (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || event.key === "Escape";
  const letPass = (event) => {
    const focused = event.target;
    if (!root.contains(focused) || !isMeantForTheNotebook(event) || !focused.hasAttribute(MARK)) return;
    focused.removeAttribute(MARK);
    setTimeout(() => focused.setAttribute(MARK, "true"));
  };
  root.addEventListener("focusin", (event) => event.target.setAttribute(MARK, "true"));
  root.addEventListener("keydown", (event) => {
    if (!isMeantForTheNotebook(event)) event.stopPropagation();
  });
  window.addEventListener("keydown", letPass, { capture: true });
  return () => window.removeEventListener("keydown", letPass, { capture: true });
}

/** Call what a key stands for; true where it stands for anything. */
function press(event, keys) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = keys[event.key];
  if (!action) return;
  if (action() === false) return; // nothing to do: the key goes its usual way
  event.preventDefault();
  if (event.key === "Escape") event.stopPropagation();
}

// ---- sequence

/**
 * @param {{rows: Row[], messages: Record<string, Message>}} facts
 */
function sequenceView(frame, facts) {
  const state = { arrows: [], bars: [], at: 0, chosen: null, message: null };
  frame.tools.append(helpOf([
    ["↑ ↓", "the row above, the row below"],
    ["← →", "the same message, before and after"],
    ["f", "the next failure"],
    ["Home End", "the first row, the last"],
    ["Enter", "what it is: sentence, body, attributes, the message's whole life"],
    ["Escape", "back to the whole picture"],
  ]));

  const drawn = (svg) => {
    attributes(svg, { role: "group", "aria-label": "rows, from top to bottom" });
    state.arrows = [...svg.querySelectorAll(".wb-arrow")];
    state.bars = [...svg.querySelectorAll(".wb-bar")];
    state.arrows.forEach((arrow, number) => equip(svg, arrow, number));
    state.bars.forEach((bar) => bar.addEventListener("click", () => chooseBar(bar)));
    if (state.arrows.length) tabStop(state.at);
    show();
  };

  const equip = (svg, arrow, number) => {
    const row = facts.rows[number];
    const reach = within(svg, "rect", "wb-reach");
    const width = Number(svg.getAttribute("width"));
    attributes(reach, { x: 4, y: Number(arrow.dataset.y) - 20, width: width - 8, height: 27 });
    arrow.prepend(reach);
    attributes(arrow, { role: "button", tabindex: -1, "aria-pressed": "false", "aria-label": labelOf(row) });
    arrow.addEventListener("click", (event) => {
      const bar = event.target === reach ? barUnder(event) : null; // rows lie above bars, and are broad
      if (bar) return chooseBar(bar);
      go(number);
      choose(number);
    });
    arrow.addEventListener("focus", () => tabStop(number));
    arrow.addEventListener("keydown", (event) => press(event, keysAt(number)));
  };

  const keysAt = (number) => ({
    ArrowDown: () => go(number + 1),
    ArrowUp: () => go(number - 1),
    ArrowRight: () => go(next(number, 1, (row) => shares(row, number))),
    ArrowLeft: () => go(next(number, -1, (row) => shares(row, number))),
    f: () => go(next(number, 1, (row) => row.failure)),
    Home: () => go(0),
    End: () => go(state.arrows.length - 1),
    Enter: () => choose(number),
    " ": () => choose(number),
    Escape: () => (state.chosen === null ? false : choose(null)),
  });

  /** The nearest row in a direction of which something is true; the same row where there is none. */
  const next = (number, step, wanted) => {
    for (let row = number + step; row >= 0 && row < facts.rows.length; row += step) {
      if (wanted(facts.rows[row])) return row;
    }
    return number;
  };

  const shares = (row, number) => {
    const ours = state.message === null ? numbersOf(facts.rows[number]) : [state.message];
    return numbersOf(row).some((one) => ours.includes(one));
  };

  const go = (number) => {
    const place = Math.max(0, Math.min(state.arrows.length - 1, number));
    tabStop(place);
    state.arrows[place].focus();
  };

  const tabStop = (number) => {
    state.at = number;
    state.arrows.forEach((arrow, place) => arrow.setAttribute("tabindex", place === number ? 0 : -1));
  };

  const choose = (number, message = null) => {
    state.chosen = number;
    const numbers = number === null ? [] : numbersOf(facts.rows[number]);
    state.message = message ?? (numbers.length === 1 ? numbers[0] : null);
    show();
  };

  const barUnder = (event) => document
    .elementsFromPoint(event.clientX, event.clientY)
    .map((part) => part.closest(".wb-bar"))
    .find((bar) => bar && messagesOf(bar).length);

  const chooseBar = (bar) => {
    const [message] = messagesOf(bar);
    const row = facts.rows.findIndex((one) => numbersOf(one).includes(message));
    if (row < 0) return;
    go(row);
    choose(row, messagesOf(bar).length === 1 ? message : null);
  };

  /** Light up what belongs to the choice, and say what it is. */
  const show = () => {
    const numbers = state.message === null ? chosenNumbers() : [state.message];
    const belongs = (part) => messagesOf(part).some((one) => numbers.includes(one));
    const one = state.chosen !== null && numbers.length > 0;
    frame.picture.classList.toggle("wb-one-life", one);
    [...state.arrows, ...state.bars].forEach((part) => part.classList.toggle("wb-lit", one && belongs(part)));
    state.arrows.forEach((arrow, place) => arrow.setAttribute("aria-pressed", String(place === state.chosen)));
    frame.about.hidden = state.chosen === null;
    frame.about.replaceChildren(...(state.chosen === null ? [] : aboutRow(state.chosen)));
    const row = facts.rows[state.chosen ?? -1];
    frame.line.textContent = row ? labelOf(row) : "";
  };

  const chosenNumbers = () => (state.chosen === null ? [] : numbersOf(facts.rows[state.chosen]));

  const aboutRow = (number) => {
    const row = facts.rows[number];
    const parts = [element("h4", "", {}, "What happened"), listOf(row.steps, row.more)];
    const numbers = numbersOf(row);
    if (numbers.length > 1) parts.push(numberButtons(number, numbers));
    if (state.message !== null) parts.push(...aboutMessage(state.message, number));
    return parts;
  };

  const numberButtons = (row, numbers) => {
    const buttons = element("p", "wb-numbers", { role: "group", "aria-label": "one of its messages" });
    numbers.slice(0, 60).forEach((one) => {
      const pressed = String(one === state.message);
      const button = element("button", "", { type: "button", "aria-pressed": pressed }, nameOf(one));
      button.addEventListener("click", () => {
        choose(row, one);
        frame.about.querySelector('button[aria-pressed="true"]')?.focus();
      });
      button.addEventListener("keydown", (event) => press(event, { Escape: () => leave() }));
      buttons.append(button);
    });
    return buttons;
  };

  const leave = () => {
    const place = state.chosen ?? state.at;
    choose(null);
    go(place);
  };

  /** "message 3", "event 3". */
  const nameOf = (number) => `${facts.messages[number]?.word ?? "message"} ${number}`;

  const aboutMessage = (number, here) => {
    const message = facts.messages[number] ?? {};
    const group = message.group ? `, message group ${message.group}` : "";
    const parts = [element("h4", "", {}, `${capitalised(nameOf(number))}${group}`)];
    if (message.body === undefined) {
      parts.push(element("p", "", {}, `Its content is long or one of many: lab.trace.of("${message.id}") has it.`));
    } else {
      parts.push(element("pre", "", {}, message.body));
    }
    if (message.attributes?.length) parts.push(element("p", "", {}, `Attributes: ${message.attributes.join("; ")}`));
    parts.push(element("h4", "", {}, "Its life"), lifeOf(number, here));
    return parts;
  };

  const lifeOf = (number, here) => {
    const steps = facts.rows.flatMap((row, place) =>
      row.steps.filter(([, , numbers]) => numbers.includes(number)).map((step) => [...step.slice(0, 2), place]));
    const list = element("ol", "");
    steps.forEach(([time, text, place]) => list.append(item(time, text, place === here)));
    return list;
  };

  return { drawn };
}

/** @param {Row} row */
function labelOf(row) {
  const [time, text] = row.steps[0];
  const more = row.steps.length - 1 + row.more;
  const word = row.failure ? `${row.status}: ` : "";
  return `${time}, ${word}${text}${more ? `, and ${more} like it` : ""}`;
}

/** @param {Row} row */
function numbersOf(row) {
  return [...new Set(row.steps.flatMap(([, , numbers]) => numbers))];
}

function messagesOf(part) {
  return (part.dataset.messages || "").split(" ").filter(Boolean).map(Number);
}

function listOf(steps, more) {
  const list = element("ol", "");
  steps.forEach(([time, text]) => list.append(item(time, text, false)));
  if (more) list.append(item("", `and ${more} more`, false));
  return list;
}

function item(time, text, here) {
  const line = element("li", here ? "wb-here" : "");
  line.append(element("span", "", {}, time), element("span", "", {}, text));
  return line;
}

// ---- chart

/**
 * @param {{began: string, first: number, last: number, panels: Panel[], strips: Strip[]}} facts
 */
function chartView(frame, facts) {
  facts.panels.forEach((panel) => {
    panel.times = summed(panel.times);
    if (panel.beside) panel.beside.times = summed(panel.beside.times);
  });
  facts.strips.forEach((strip) => (strip.times = summed(strip.times)));
  const instants = sortedOnce([
    facts.first, facts.last, ...facts.panels.flatMap((panel) => panel.times), ...facts.strips.flatMap((strip) => strip.times),
  ]).filter((time) => time >= facts.first && time <= facts.last);
  const state = { first: facts.first, last: facts.last, at: null, from: null, plot: null, svg: null, parts: [] };

  attributes(frame.picture, {
    role: "slider", tabindex: 0, "aria-label": "time in the chart", "aria-valuemin": facts.first / 1e6,
    "aria-valuemax": facts.last / 1e6, "aria-valuenow": facts.first / 1e6, "aria-valuetext": "no time chosen",
  });
  const closer = tool("Closer", () => zoom(0.4));
  const wider = tool("Wider", () => zoom(2.5));
  const whole = tool("All", () => look(facts.first, facts.last));
  frame.tools.append(closer, wider, whole, helpOf([
    ["← →", "the instant before, the one after, at which something changed"],
    ["PageUp PageDown", "ten of them"],
    ["Home End", "the beginning, the end of what is shown"],
    ["+ −", "a shorter, a longer stretch of time; drag over a stretch to see it alone"],
    ["0", "all of it"],
    ["Escape", "no time chosen, then all of it"],
  ]));

  const drawn = (svg) => {
    state.svg = svg;
    const plot = svg.querySelector(".wb-plot");
    if (!plot) return;
    const [left, width] = [Number(plot.getAttribute("x")), Number(plot.getAttribute("width"))];
    state.plot = { left, width, right: left + width };
    state.panels = [...svg.querySelectorAll(".wb-panel")];
    state.strips = [...svg.querySelectorAll(".wb-strip")];
    state.axis = svg.querySelector(".wb-axis");
    state.first === facts.first && state.last === facts.last ? readings() : redraw();
  };

  const x = (time) => state.plot.left + ((time - state.first) / Math.max(1, state.last - state.first)) * state.plot.width;
  const timeAt = (place) => {
    const share = Math.max(0, Math.min(1, (place - state.plot.left) / state.plot.width));
    return Math.round(state.first + share * (state.last - state.first));
  };

  // -- which stretch of time

  const look = (first, last) => {
    const span = Math.max(1000, Math.min(last - first, facts.last - facts.first));
    state.first = Math.round(Math.max(facts.first, Math.min(first, facts.last - span)));
    state.last = Math.round(Math.min(facts.last, state.first + span));
    if (state.at !== null && (state.at < state.first || state.at > state.last)) state.at = null;
    if (state.svg) redraw();
  };

  const zoom = (factor) => {
    const middle = state.at ?? (state.first + state.last) / 2;
    look(middle - (middle - state.first) * factor, middle + (state.last - middle) * factor);
  };

  const isWhole = () => state.first === facts.first && state.last === facts.last;

  // -- drawing anew

  const redraw = () => {
    facts.panels.forEach((panel, number) => redrawPanel(panel, state.panels[number]));
    facts.strips.forEach((strip, number) => redrawStrip(strip, state.strips[number]));
    redrawTicks();
    readings();
  };

  const redrawPanel = (panel, group) => {
    const base = Number(group.dataset.base), top = Number(group.dataset.top);
    const height = Number(group.querySelector(".wb-plot").getAttribute("height"));
    const y = (value) => base - (height * value) / top;
    const [path, brief] = panel.age
      ? [agePath(panel, state.first, state.last, x, y), ""]
      : stepPaths(panel, state.first, state.last, x, y);
    group.querySelector(".wb-value").setAttribute("d", path);
    group.querySelector(".wb-brief").setAttribute("d", brief || "M0 0");
    group.querySelector(".wb-area").setAttribute("d", `${path}V${base}H${state.plot.left}z`);
    if (panel.beside) {
      group.querySelector(".wb-beside").setAttribute("d", agePath(panel.beside, state.first, state.last, x, y));
    }
    const value = valueAt(panel, panel.age, state.last);
    const [dot, text] = [group.querySelector(".wb-end"), group.querySelector(".wb-now")];
    if (dot) dot.setAttribute("y", y(value ?? 0) - 2.5);
    if (text) {
      text.textContent = valueText(panel, value);
      text.setAttribute("y", y(value ?? 0) + 4);
    }
  };

  const redrawStrip = (strip, group) => {
    const marks = [...group.querySelectorAll(".wb-happened")];
    const y = Number(group.dataset.y);
    const pattern = marks[0] ?? group.patternMark;
    group.patternMark = pattern;
    marks.forEach((mark) => mark.remove());
    const times = strip.times.filter((time) => time >= state.first && time <= state.last);
    const total = group.querySelector(".wb-now");
    let after = state.plot.right + 6;
    clusters(times.map(x), 15).forEach(([place, count]) => {
      const mark = pattern.cloneNode(true);
      mark.setAttribute("transform", `translate(${round(place)} ${y})`);
      const text = mark.querySelector("text");
      text.textContent = count > 1 ? String(count) : "";
      group.append(mark);
      const digits = 0.62 * Number(text.getAttribute("font-size")) * text.textContent.length;
      after = Math.max(after, place + 12 + digits); // the last mark covers no part of the total
    });
    total.setAttribute("x", round(after));
    total.textContent = String(times.length);
  };

  const redrawTicks = () => {
    const size = Number(state.axis.querySelector("text")?.getAttribute("font-size") ?? 11);
    const ticks = ticksOf(state.first, state.last, Math.max(2, Math.floor(state.plot.width / (size * 7))));
    const pattern = state.axis.querySelector("text") ?? state.axis.patternText;
    state.axis.patternText = pattern;
    state.axis.replaceChildren(...ticks.map(([time, text]) => {
      const label = pattern.cloneNode(false);
      label.textContent = text;
      label.setAttribute("x", round(x(time)));
      return label;
    }));
    state.panels.forEach((group) => {
      const grid = group.querySelector(".wb-ticks");
      const { base } = group.dataset;
      const height = group.querySelector(".wb-plot").getAttribute("height");
      grid.setAttribute("d", ticks.map(([time]) => `M${round(x(time))} ${base}v-${height}`).join("") || "M0 0");
    });
  };

  // -- the cursor

  /** Draw the cursor with the value of each panel, and say them. */
  const readings = () => {
    state.parts.forEach((part) => part.remove());
    state.parts = [];
    closer.disabled = state.last - state.first <= 1000;
    wider.disabled = whole.disabled = isWhole();
    if (!state.plot) return;
    if (state.at === null) {
      frame.line.textContent = isWhole() ? "" : `${timeText(state.first)} to ${timeText(state.last)}`;
      frame.picture.setAttribute("aria-valuetext", "no time chosen");
      return;
    }
    const place = x(state.at);
    state.panels.forEach((group, number) => {
      const panel = facts.panels[number], base = Number(group.dataset.base);
      const height = Number(group.querySelector(".wb-plot").getAttribute("height"));
      draw("path", "wb-cursor", { d: `M${round(place)} ${base}v-${height}` });
      const side = place > state.plot.left + state.plot.width * 0.7 ? "end" : "start";
      const text = draw("text", "wb-reading", {
        x: round(place + (side === "end" ? -6 : 6)), y: base - height + 13, "text-anchor": side, "font-size": 12,
      });
      text.textContent = valueText(panel, valueAt(panel, panel.age, state.at));
    });
    state.strips.forEach((group) => draw("path", "wb-cursor", { d: `M${round(place)} ${Number(group.dataset.y) - 9}v18` }));
    const said = sayAll();
    frame.line.textContent = said;
    attributes(frame.picture, { "aria-valuenow": state.at / 1e6, "aria-valuetext": said });
  };

  const draw = (name, css, values) => {
    const part = attributes(within(state.svg, name, css), values);
    state.svg.append(part);
    state.parts.push(part);
    return part;
  };

  /** All values at the cursor, resource by resource. */
  const sayAll = () => {
    const resources = [...new Set([...facts.panels, ...facts.strips].map((one) => one.resource))];
    const said = resources.map((resource) => {
      const values = facts.panels
        .filter((panel) => panel.resource === resource)
        .map((panel) => `${panel.name} ${valueText(panel, valueAt(panel, panel.age, state.at))}`);
      const happened = facts.strips
        .filter((strip) => strip.resource === resource)
        .map((strip) => [strip.name, strip.times.filter((time) => time === state.at).length])
        .filter(([, count]) => count)
        .map(([name, count]) => `${count} ${name} now`);
      return `${resource}: ${[...values, ...happened].join(", ")}`;
    });
    return `${timeText(state.at)} (${clockText(facts.began, state.at)}). ${said.join(". ")}`;
  };

  const set = (time) => {
    state.at = time;
    if (time !== null && (time < state.first || time > state.last)) {
      const span = state.last - state.first;
      look(time - span / 2, time + span / 2);
      return;
    }
    readings();
  };

  const walk = (steps) => {
    if (state.at === null) {
      set(steps > 0 ? state.first : state.last);
      return;
    }
    const before = instants.filter((time) => time < state.at), after = instants.filter((time) => time > state.at);
    const found = steps > 0 ? after[Math.min(steps, after.length) - 1] : before[before.length + Math.max(steps, -before.length)];
    if (found !== undefined) set(found);
  };

  frame.picture.addEventListener("keydown", (event) => press(event, {
    ArrowRight: () => walk(1),
    ArrowLeft: () => walk(-1),
    ArrowUp: () => walk(1),
    ArrowDown: () => walk(-1),
    PageUp: () => walk(10),
    PageDown: () => walk(-10),
    Home: () => set(state.first),
    End: () => set(state.last),
    "+": () => zoom(0.4),
    "=": () => zoom(0.4),
    "-": () => zoom(2.5),
    0: () => look(facts.first, facts.last),
    Escape: () => {
      if (state.at !== null) return set(null);
      return isWhole() ? false : look(facts.first, facts.last);
    },
  }));

  // -- the pointer

  const placeOf = (event) => {
    const area = state.svg.getBoundingClientRect();
    return ((event.clientX - area.left) / area.width) * state.svg.viewBox.baseVal.width;
  };

  frame.picture.addEventListener("pointermove", (event) => {
    if (!state.plot) return;
    set(timeAt(placeOf(event)));
    if (state.from !== null) markStretch(state.from, placeOf(event));
  });
  frame.picture.addEventListener("pointerleave", () => state.from === null && set(null));
  frame.picture.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType !== "touch" && state.plot) state.from = placeOf(event);
  });
  const release = (event) => {
    if (state.from === null) return;
    const [from, to] = [state.from, placeOf(event)].sort((one, other) => one - other);
    state.from = null;
    if (to - from > 8) look(timeAt(from), timeAt(to));
    else readings();
  };
  window.addEventListener("pointerup", release);
  frame.picture.addEventListener("dblclick", () => look(facts.first, facts.last));

  const markStretch = (from, to) => {
    const [left, right] = [from, to].sort((one, other) => one - other);
    state.panels.forEach((group) => {
      const height = Number(group.querySelector(".wb-plot").getAttribute("height"));
      const begin = Math.max(left, state.plot.left), end = Math.min(right, state.plot.right);
      draw("rect", "wb-chosen", {
        x: round(begin), y: Number(group.dataset.base) - height, width: round(Math.max(0, end - begin)), height,
      });
    });
  };

  return { drawn, forget: () => window.removeEventListener("pointerup", release) };
}

/** The place in a sorted list after the last entry that is not above a value. */
export function after(times, value) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a measure is at an instant: a count, or an age in seconds; null for the age of nothing. */
export function valueAt(measure, age, time) {
  const place = after(measure.times, time);
  const value = place ? measure.values[place - 1] : age ? null : 0;
  return age && value !== null ? (time - value) / 1e6 : value;
}

const PLACE = 0.5; // pixels: the finest that is drawn

/**
 * A count between two instants, level until it changes. Where it changes more than once within a place, the line
 * shows the value that held for the longest, and a second, fainter one reaches from the lowest to the highest.
 */
export function stepPaths(measure, first, last, x, y) {
  const begin = after(measure.times, first), end = after(measure.times, last);
  let held = valueAt(measure, false, first), drawn = held, reached = 0, brief = "";
  let line = `M${round(x(first))} ${round(y(held))}`;
  for (let number = begin; number < end;) {
    const place = Math.floor(x(measure.times[number]) / PLACE) * PLACE;
    const changes = [];
    for (; number < end && x(measure.times[number]) < place + PLACE; number += 1) {
      changes.push([x(measure.times[number]), measure.values[number]]);
    }
    if (held !== drawn && place > reached) {
      line += `H${round(reached)}V${round(y(held))}`;
      drawn = held;
    }
    const values = [held, ...changes.map(([, value]) => value)];
    const one = changes.length === 1;
    const longest = one ? values[1] : longestOf(place, changes, held);
    if (!one) brief += `M${place} ${round(y(Math.min(...values)))}V${round(y(Math.max(...values)))}`;
    if (longest !== drawn) {
      line += `H${round(one ? changes[0][0] : place)}V${round(y(longest))}`;
      drawn = longest;
    }
    held = values.at(-1);
    reached = place + PLACE;
  }
  if (held !== drawn) line += `H${round(Math.min(reached, x(last)))}V${round(y(held))}`;
  return [`${line}H${round(x(last))}`, brief];
}

/** The value that held for the longest within a place. */
function longestOf(place, changes, before) {
  const shares = new Map();
  const edges = [[place, before], ...changes, [place + PLACE, null]];
  edges.slice(0, -1).forEach(([begin, value], number) => {
    shares.set(value, (shares.get(value) ?? 0) + edges[number + 1][0] - begin);
  });
  return [...shares].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** An age between two instants: it grows until the oldest goes, and rests at 0 while there is none. */
export function agePath(measure, first, last, x, y) {
  const edges = [first, ...measure.times.slice(after(measure.times, first), after(measure.times, last)), last];
  const columns = new Map();
  const add = (time, value) => {
    const place = Math.round(x(time) / PLACE) * PLACE;
    const heights = columns.get(place);
    if (heights) heights.push(round(y(value)));
    else columns.set(place, [round(y(value))]);
  };
  edges.forEach((time, number) => {
    if (number) add(time, valueBefore(measure, time, edges[number - 1]) ?? 0);
    add(time, valueAt(measure, true, time) ?? 0);
  });
  let path = "", before = "";
  columns.forEach((heights, place) => {
    const kept = heights.length > 4 ? [heights[0], Math.min(...heights), Math.max(...heights), heights.at(-1)] : heights;
    kept.forEach((height) => {
      const point = `${place} ${height}`;
      if (point !== before) path += `${path ? "L" : "M"}${point}`;
      before = point;
    });
  });
  return path;
}

/** The age just before an instant, of what has been the oldest since `begin`. */
function valueBefore(measure, time, begin) {
  const value = valueAt(measure, true, begin);
  return value === null ? null : value + (time - begin) / 1e6;
}

// ---- scales

const STEPS = [
  1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14, 28].map((days) => days * 86400),
];

/** Round instants (microseconds since the first hop) in a stretch of time, with their words. */
export function ticksOf(first, last, most) {
  const seconds = (last - first) / 1e6;
  const step = STEPS.find((one) => seconds / one <= most) ?? 28 * 86400 * Math.ceil(seconds / (28 * 86400) / most);
  const apart = Math.round(step * 1e6);
  const ticks = [];
  for (let number = Math.ceil(first / apart); number * apart <= last; number += 1) {
    ticks.push([number * apart, tickText(number * apart, step)]);
  }
  return ticks;
}

/** A time at an axis whose ticks are `step` seconds apart: in words where two units say it, else as a clock. */
function tickText(microseconds, step) {
  if (microseconds === 0) return "0";
  const seconds = microseconds / 1e6, whole = Math.floor(seconds), fraction = microseconds % 1e6;
  const decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;
  if (seconds < 60) {
    return Number(seconds.toPrecision(3)) === seconds ? durationText(seconds) : `${seconds.toFixed(decimals)} s`;
  }
  const units = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (!fraction && units.filter(Boolean).length <= 2) return durationText(whole);
  const two = (number) => String(number).padStart(2, "0");
  const rest = decimals ? `.${String(fraction).padStart(6, "0")}`.slice(0, decimals + 1) : "";
  return `${Math.floor(whole / 3600)}:${two(units[2])}:${two(units[3])}${rest}`;
}

/** A duration in its two largest units, as everywhere in this workbook; three digits of seconds count. */
export function durationText(seconds) {
  const short = Number(seconds.toPrecision(3));
  if (short < 60) return `${short} s`;
  let rest = Math.round(seconds);
  const parts = [];
  [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].forEach(([size, unit]) => {
    if (rest >= size) {
      parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    }
  });
  return parts.slice(0, 2).join(" ");
}

/** Places with how many there are; those nearer than `apart` to the first of a cluster belong to it. */
export function clusters(places, apart) {
  const found = [];
  places.forEach((place) => {
    const last = found.at(-1);
    if (last && place - last[0] < apart) last[1] += 1;
    else found.push([place, 1]);
  });
  return found;
}

function valueText(panel, value) {
  if (value === null) return "none";
  return panel.age ? (value ? durationText(value) : "0") : value.toLocaleString("en-US");
}

function timeText(microseconds) {
  const seconds = microseconds / 1e6;
  return seconds < 60 ? `${seconds.toFixed(3)} s` : durationText(seconds);
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function clockText(began, microseconds) {
  return `${new Date(Date.parse(began) + microseconds / 1000).toISOString().slice(11, 23)} UTC`;
}

function summed(differences) {
  let total = 0;
  return differences.map((difference) => (total += difference));
}

function sortedOnce(values) {
  return [...new Set(values)].sort((one, other) => one - other);
}

function round(value) {
  return Math.round(value * 100) / 100;
}

// ---- state machine

const FATES = { running: "running", succeeded: "succeeded", caught: "caught", failed: "failed", stopped: "stopped" };
const FIRST = ["running", "failed", "caught", "stopped", "succeeded"]; // which one the edge of a state shows

/**
 * @param {{began: string, last: number, runs: Run[], visits: Visit[], events: [number, string, string, boolean][],
 *          content: Record<string, [string, string, string|null][]>,
 *          folded?: {wide: string, narrow: string}}} facts times are milliseconds since the first hop
 */
function machineView(frame, facts, model) {
  const open = { wide: model.get("wide"), narrow: model.get("narrow") };
  const state = { svg: null, boxes: new Map(), ways: [], run: null, place: 0, chosen: null, visit: null, timer: null, folded: false };
  const events = () => facts.events.filter(([, , text]) => state.run === null || text.startsWith(`execution ${state.run}:`));
  const visits = () => facts.visits.filter((visit) => state.run === null || visit.run === state.run);
  state.place = events().length;

  const play = tool("Play", () => (state.timer ? pause() : start()));
  const back = tool("Back", () => step(-1));
  const on = tool("On", () => step(1));
  const slider = element("input", "wb-scrub", { type: "range", min: 0, step: 1, "aria-label": "time" });
  slider.addEventListener("input", () => { pause(); goTo(Number(slider.value)); });
  frame.tools.prepend(play, back, on, slider);
  if (facts.runs.length > 1) frame.tools.insertBefore(choiceOfRun(), frame.line);
  if (facts.folded) frame.tools.insertBefore(foldButton(), frame.line);
  const keys = helpOf([
    ["Space", "play or pause"],
    ["n p", "one step on, one step back; . and , do the same"],
    ["f", "the next failure"],
    ["Home End", "the beginning, the end"],
    ["↑ ↓ ← →", "from state to state"],
    ["Enter", "what a state was given, and what it made of it"],
    ["Escape", "nothing chosen"],
  ]);
  frame.tools.append(keys);

  function choiceOfRun() {
    const choice = element("select", "wb-run", { "aria-label": "which execution" });
    choice.append(element("option", "", { value: "" }, "all executions"));
    facts.runs.slice(-500).forEach((run) => choice.append(
      element("option", "", { value: run.number }, `execution ${run.number}: ${FATES[run.fate]}`)));
    choice.addEventListener("change", () => {
      state.run = choice.value === "" ? null : Number(choice.value);
      state.visit = null;
      goTo(events().length);
    });
    return choice;
  }

  function foldButton() {
    const fold = tool("Fold", () => {
      state.folded = !state.folded;
      fold.textContent = state.folded ? "Unfold" : "Fold";
      fold.setAttribute("aria-pressed", String(state.folded));
      const width = frame.root.clientWidth > 0 && frame.root.clientWidth < NARROW ? "narrow" : "wide";
      const svg = svgOf((state.folded ? facts.folded : open)[width]);
      svg.style.maxWidth = `${Number(svg.getAttribute("width")) * 1.25}px`;
      frame.picture.replaceChildren(svg);
      drawn(svg);
    });
    fold.setAttribute("aria-pressed", "false");
    return fold;
  }

  const drawn = (svg) => {
    if (state.folded && !svg.querySelector(".wb-behind")) { // the window has another width: its own drawing, folded
      const width = frame.root.clientWidth > 0 && frame.root.clientWidth < NARROW ? "narrow" : "wide";
      const again = svgOf(facts.folded[width]);
      again.style.maxWidth = svg.style.maxWidth;
      svg.replaceWith(again);
      return drawn(again);
    }
    state.svg = svg;
    attributes(svg, { role: "group", "aria-label": "states" });
    state.boxes = new Map([...svg.querySelectorAll(".wb-state")].map((box) => [box.dataset.name, box]));
    state.ways = [...svg.querySelectorAll(".wb-way")];
    [...state.boxes.entries()].forEach(([name, box], number) => {
      attributes(box, { role: "button", tabindex: number ? -1 : 0, "aria-pressed": "false" });
      box.addEventListener("click", (event) => { event.stopPropagation(); focusOn(name); choose(name); });
      box.addEventListener("focus", () => tabStop(name));
    });
    show();
  };

  frame.root.addEventListener("keydown", (event) => {
    if (event.target.closest("select, input, details, .wb-about")) return;
    const name = event.target.closest?.(".wb-state")?.dataset.name;
    const isButton = event.target.tagName === "BUTTON";
    press(event, {
      n: () => step(1), ".": () => step(1), p: () => step(-1), ",": () => step(-1),
      f: () => nextFailure(), Home: () => goTo(0), End: () => goTo(events().length),
      Escape: () => (state.chosen === null ? false : choose(null)),
      ...(isButton ? {} : { " ": () => (state.timer ? pause() : start()) }),
      ...(name === undefined ? {} : {
        Enter: () => choose(name),
        ArrowDown: () => move(name, 0, 1), ArrowUp: () => move(name, 0, -1),
        ArrowRight: () => move(name, 1, 0), ArrowLeft: () => move(name, -1, 0),
      }),
    });
  });

  // -- from state to state

  const tabStop = (name) => state.boxes.forEach((box, one) => box.setAttribute("tabindex", one === name ? 0 : -1));
  const focusOn = (name) => { tabStop(name); state.boxes.get(name).focus(); };

  /** The state that lies next in a direction: near, and not far aside. */
  const move = (name, right, down) => {
    const here = middleOf(state.boxes.get(name));
    let best = null;
    state.boxes.forEach((box, one) => {
      const there = middleOf(box);
      const ahead = (there.x - here.x) * right + (there.y - here.y) * down;
      const aside = Math.abs((there.x - here.x) * down) + Math.abs((there.y - here.y) * right);
      if (one !== name && ahead > 4 && (best === null || ahead + 2 * aside < best[0])) best = [ahead + 2 * aside, one];
    });
    if (best) focusOn(best[1]);
  };

  const middleOf = (box) => {
    const area = box.querySelector(".wb-outline").getBBox();
    return { x: area.x + area.width / 2, y: area.y + (box.querySelector(".wb-frame-rule") ? 20 : area.height / 2) };
  };

  // -- time

  const instant = () => (state.place === 0 ? -1 : state.place >= events().length ? facts.last : events()[state.place - 1][0]);
  const goTo = (place) => { state.place = Math.max(0, Math.min(events().length, place)); show(); };
  const step = (by) => { pause(); goTo(state.place + by); };
  const nextFailure = () => {
    pause();
    const found = events().findIndex(([, , , failure], place) => failure && place >= state.place);
    if (found >= 0) goTo(found + 1);
  };
  const pause = () => { clearInterval(state.timer); state.timer = null; play.textContent = "Play"; };
  const start = () => {
    if (state.place >= events().length) goTo(0);
    play.textContent = "Pause";
    state.timer = setInterval(() => {
      if (state.place >= events().length) return pause();
      goTo(state.place + 1);
    }, 700);
  };

  // -- what is shown

  const fateAt = (visit, time) => (visit.end === null || visit.end > time ? "running" : visit.fate);

  /** Whether a visit has begun at this step: of what happens at one instant, the order counts. */
  const begun = () => {
    const entered = new Map();
    const ended = new Set();
    const time = instant();
    const all = state.place >= events().length;
    visits().forEach((visit) => {
      if (all ? visit.begin <= time : visit.begin < time || stepOf(visit, "entered") <= state.place) {
        entered.set(visit, fateAt(visit, time));
        if (!all && visit.end === time && stepOf(visit, "ended") > state.place) entered.set(visit, "running");
      }
    });
    return { entered, ended };
  };

  const steps = new Map();
  const stepOf = (visit, what) => {
    const key = `${state.run}`;
    if (!steps.has(key)) {
      const found = new Map();
      events().forEach(([, , , , hop, kind], place) => found.set(`${hop} ${kind}`, place + 1));
      steps.set(key, found);
    }
    return steps.get(key).get(`${visit.hop} ${what}`) ?? 0;
  };

  const show = () => {
    if (!state.svg) return;
    const list = events(), time = instant(), { entered } = begun();
    attributes(slider, { max: list.length });
    slider.value = String(state.place);
    const event = list[state.place - 1];
    const said = state.place >= list.length ? "now" : event ? event[2] : "before anything happened";
    slider.setAttribute("aria-valuetext", said);
    frame.line.textContent = `${time < 0 ? "0 s" : timeText(time * 1000)}: ${said}`;
    back.disabled = state.place === 0;
    on.disabled = state.place >= list.length;
    const byState = new Map();
    entered.forEach((fate, visit) => byState.set(visit.state, [...(byState.get(visit.state) ?? []), [visit, fate]]));
    state.boxes.forEach((box, name) => light(box, name, byState.get(name) ?? [], time, event?.[1] === name));
    state.ways.forEach((way) => lightWay(way, entered));
    about(byState);
  };

  const light = (box, name, found, time, isHere) => {
    const count = (fate) => found.filter(([, one]) => one === fate).length;
    const first = FIRST.find(count);
    const outline = box.querySelector(".wb-outline");
    const sample = first && state.svg.querySelector(`.wb-sample[data-mark="${first}"] path`);
    outline.setAttribute("stroke", sample ? sample.getAttribute("fill") : "#5c5c5c");
    outline.setAttribute("stroke-width", first ? 2.6 : 1.3);
    box.classList.toggle("wb-here", isHere && state.place < events().length);
    const items = itemsOf(found, count, time);
    drawRow(box, items);
    const said = items.map(([, , words]) => words).join(", ") || "not entered";
    box.setAttribute("aria-label", `${name}, ${box.dataset.kind}: ${said}`);
    box.querySelector("title").textContent = `${name}, ${box.dataset.kind}: ${said}`;
    box.setAttribute("aria-pressed", String(name === state.chosen));
  };

  const itemsOf = (found, count, time) => {
    const kinds = Object.keys(FATES).filter(count);
    const items = kinds.map((fate) => [fate, count(fate) > 1 || kinds.length > 1 ? String(count(fate)) : "", `${FATES[fate]} ${count(fate)}`]);
    const again = found.flatMap(([visit]) => visit.retries.filter((one) => one <= time)).length;
    if (again) items.push(["retried", String(again), `tried again ${again} ${again === 1 ? "time" : "times"}`]);
    const maps = found.filter(([visit]) => visit.items !== undefined);
    if (maps.length) {
      const sum = (value) => maps.reduce((total, [visit]) => total + value(visit), 0);
      const whole = sum((visit) => visit.items);
      const done = sum((visit) => itemsWith(visit, time, ["succeeded"]));
      const failed = sum((visit) => itemsWith(visit, time, ["failed", "stopped"]));
      items.push(["", `${done} of ${whole}`, `${done} of ${whole} items done${failed ? `, ${failed} failed` : ""}`]);
    }
    return items;
  };

  /** How many items of a Map ended so: a state of theirs was left, and led nowhere. */
  const itemsWith = (visit, time, fates) => facts.visits.filter((one) =>
    one.within === visit.hop && one.iteration !== undefined && one.next === null && one.begin <= time &&
    fates.includes(fateAt(one, time))).length;

  const drawRow = (box, items) => {
    const row = box.querySelector(".wb-state-row");
    const [left, top] = box.dataset.row.split(" ").map(Number);
    let x = left;
    row.replaceChildren();
    items.forEach(([mark, text]) => {
      if (mark) {
        const part = state.svg.querySelector(`.wb-sample[data-mark="${mark}"]`).cloneNode(true);
        attributes(part, { class: "wb-mark", transform: `translate(${x + 6} ${top})` });
        row.append(part);
        x += 16;
      }
      if (text) {
        const words = attributes(within(state.svg, "text", "wb-count"), { x, y: top + 4, "font-size": 11.5, "font-weight": 600, fill: "#1a1a1a" });
        words.textContent = text;
        row.append(words);
        x += text.length * 7 + 8;
      }
    });
  };

  const lightWay = (way, entered) => {
    const { from, to, end } = way.dataset;
    let taken = false;
    entered.forEach((fate, visit) => {
      if (end) taken ||= from === "start" ? visit.state === to : visit.state === from && visit.next === null && fate !== "running" && fate !== "stopped";
      else taken ||= fate !== "running" && visit.state === from && visit.next === to && visit.catch === (way.dataset.catch === "1");
    });
    way.querySelector(".wb-path").setAttribute("stroke-width", taken ? 2.6 : 1.3);
  };

  // -- a state that is chosen

  const choose = (name) => {
    state.chosen = name;
    state.visit = null;
    show();
  };

  const about = (byState) => {
    const name = state.chosen;
    frame.about.hidden = name === null;
    if (name === null) return frame.about.replaceChildren();
    const found = byState.get(name) ?? [];
    const parts = [element("h4", "", {}, name)];
    if (!found.length) parts.push(element("p", "", {}, "It has not been entered."));
    if (found.length > 1) parts.push(buttonsOf(found));
    const shown = found.find(([visit]) => visit === state.visit) ?? found.at(-1);
    if (shown) parts.push(...aboutVisit(...shown));
    frame.about.replaceChildren(...parts);
  };

  const buttonsOf = (found) => {
    const buttons = element("p", "wb-numbers", { role: "group", "aria-label": "one of the times it was entered" });
    const shown = found.find(([visit]) => visit === state.visit) ?? found.at(-1);
    found.slice(-60).forEach(([visit, fate]) => {
      const pressed = String(visit === shown[0]);
      const name = `${visit.place || `execution ${visit.run}`}: ${FATES[fate]}`;
      const button = element("button", "", { type: "button", "aria-pressed": pressed }, name);
      button.addEventListener("click", () => {
        state.visit = visit;
        show();
        frame.about.querySelector('button[aria-pressed="true"]')?.focus();
      });
      buttons.append(button);
    });
    return buttons;
  };

  const aboutVisit = (visit, fate) => {
    const steps = facts.content[facts.visits.indexOf(visit)];
    const lasted = visit.end === null || fate === "running" ? "goes on" : `lasted ${timeText((visit.end - visit.begin) * 1000)}`;
    const where = visit.place ? `, ${visit.place}` : "";
    const parts = [element("p", "", {}, `Execution ${visit.run}${where}: entered at ${timeText(visit.begin * 1000)}, ${lasted}, ${FATES[fate]}.`)];
    if (!steps) return [...parts, element("p", "", {}, "Its data is long or one of many: lab.state_machine(...).data(...) has it.")];
    const shown = fate === "running" ? steps.slice(0, 1) : steps;
    const table = element("table", "wb-data", { "aria-label": "the way of the data" });
    const head = element("tr", "");
    ["step", "the definition says", "the data is then"].forEach((text) => head.append(element("th", "", { scope: "col" }, text)));
    table.append(head);
    shown.forEach(([step, said, value]) => table.append(rowOf(step, said, value)));
    return [...parts, table];
  };

  const rowOf = (step, said, value) => {
    const row = element("tr", value === null ? "wb-same" : "");
    const cell = element("td", "");
    if (value === null) cell.textContent = "the same";
    else cell.append(element("pre", "", {}, pretty(value)));
    row.append(element("th", "", { scope: "row" }, step), element("td", "", {}, said), cell);
    return row;
  };

  return { drawn, forget: pause };
}

/** JSON with line breaks, where it is whole and long. */
function pretty(text) {
  if (text.length < 60) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut off
  }
}

// ---- small parts

function element(name, css, values = {}, text = "") {
  const made = document.createElement(name);
  if (css) made.className = css;
  made.textContent = text;
  return attributes(made, values);
}

function within(svg, name, css) {
  const made = svg.ownerDocument.createElementNS(SVG, name);
  made.setAttribute("class", css);
  return made;
}

function attributes(part, values) {
  Object.entries(values).forEach(([name, value]) => part.setAttribute(name, value));
  return part;
}

function tool(text, action) {
  const button = element("button", "", { type: "button" }, text);
  button.addEventListener("click", action);
  return button;
}

/** The keys, folded away. */
function helpOf(keys) {
  const help = element("details", "wb-help");
  help.append(element("summary", "", {}, "Keys"));
  const list = element("dl", "");
  keys.forEach(([names, text]) => {
    const term = element("dt", "");
    names.split(" ").forEach((name, place) => term.append(place ? " " : "", element("kbd", "", {}, name)));
    list.append(term, element("dd", "", {}, text));
  });
  help.append(list);
  return help;
}
