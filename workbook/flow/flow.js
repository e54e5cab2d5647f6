/**
 * The flow picture, live: plays what the columns of `stage.py` say on the drawing of `picture.py`.
 *
 *     columns ──decode──> Stage ──State.goTo(position)──> counts, contents ──> picture, details, table
 *                                        ^
 *     buttons, keys, scrubber ──> Player (where on the stage we are)
 *
 * Everything is in the columns, so the kernel is never asked: playing, scrubbing and answering clicks work
 * while it is busy, and when it is gone. No library and no build step; a browser reads this file as it is.
 *
 * Sections: 1 columns, 2 state, 3 words, 4 player, 5 elements, 6 drawing, 7 controls, 8 details,
 * 9 keyboard, 10 the view.
 */

// ---------------------------------------------------------------------------------------- 1 columns

/**
 * One setting of a resource: since when (microseconds from the start), and how it is set then.
 * @typedef {[number, Object<string, unknown> | null]} Setting
 *
 * @typedef {{word: string, path: string, light: string, dark: string, failure: boolean}} Status
 * @typedef {{place: string, label: string, word: string, queue: boolean, works: boolean,
 *     settings: Setting[]}} Node
 * @typedef {{source: number, target: number, way: string, settings: Setting[]}} Line
 *
 * Where on the stage one is. `told` is null while it plays: then `at` (stage milliseconds) decides. Who
 * steps from hop to hop is exactly after the move with the index `told`.
 * @typedef {{at: number, told: number | null}} Position
 */

/** Stands in a sentence for the name of its message; the same as MARK in stage.py. */
const MARK = "\ue000";

/** Stands for its number alone, where the sentence has a word of its own for it; as NUMBER in stage.py. */
const NUMBER = "\ue001";

/** How a message lies in a queue; the order of `Where` in contents.py. */
export const STATES = ["visible", "in flight", "delayed", "gone"];
const [VISIBLE, IN_FLIGHT, DELAYED, GONE] = STATES.keys();

/**
 * Undo the differences: each entry is the sum of all up to it.
 * @param {number[]} differences
 */
export function summed(differences) {
  const sums = new Float64Array(differences.length);
  let sum = 0;
  differences.forEach((difference, index) => {
    sums[index] = sum += difference;
  });
  return sums;
}

/**
 * The columns with their differences undone, and what is looked up again and again found once.
 * @param {string} json what `stage_json` made
 */
export function decode(json) {
  const stage = JSON.parse(json);
  const { moves, changes } = stage;
  moves.time = summed(moves.time);
  moves.begin = summed(moves.begin);
  moves.end = moves.begin.map((begin, index) => begin + moves.long[index]);
  moves.size = moves.end.length;
  moves.told = runningMaximum(moves.end);
  moves.longest = moves.long.reduce((most, long) => Math.max(most, long), 0);
  changes.at = summed(changes.at);
  moves.line = Int16Array.from(moves.way, (way) => Math.abs(way) - 1);
  moves.back = Uint8Array.from(moves.way, (way) => Number(way < 0));
  stage.lives = livesOf(moves, stage.messages.id.length);
  return stage;
}

/**
 * A move is told when it and all before it have ended: sentences come in the order of the trace.
 * @param {Float64Array} ends
 */
function runningMaximum(ends) {
  let most = 0;
  return ends.map((end) => (most = Math.max(most, end)));
}

/** The indexes of the moves about each message, by its number; a batch is about all of its messages. */
function livesOf(moves, messages) {
  const lives = Array.from({ length: messages + 1 }, () => []);
  for (let index = 0; index < moves.size; index += 1) {
    for (const number of aboutWhom(moves, index)) lives[number].push(index);
  }
  return lives;
}

/** The numbers of the messages that a move is about. */
function aboutWhom(moves, index) {
  return moves.message[index] ? [moves.message[index]] : (moves.with[index] ?? []);
}

/** What a sentence calls a message: "message 3", "event 3". */
function nameOf(messages, number) {
  return `${messages.word[number] ?? "message"} ${number}`;
}

/** The number of the message of which this is a copy; where nothing was delivered twice, each is its only one. */
function numberOf(messages, copy) {
  return messages.copies[copy - 1] ?? copy;
}

/** How many copies there are of all messages. */
function copiesOf(messages) {
  return messages.copies.length || messages.id.length;
}

/**
 * The place of the last entry that is at most `wanted`; -1 if there is none. The column must not fall.
 * @param {ArrayLike<number>} column
 */
export function lastUpTo(column, wanted) {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** AWS's time, in microseconds from the start, at a position. */
export function awsTime(stage, position) {
  if (position.told !== null) return position.told < 0 ? 0 : stage.moves.time[position.told];
  const { at, time } = stage.clock;
  const index = lastUpTo(at, position.at);
  if (index < 0) return 0;
  if (index === at.length - 1) return time[index];
  return (
    time[index] + ((time[index + 1] - time[index]) * (position.at - at[index])) / (at[index + 1] - at[index])
  );
}

/** The index of the move that was told last; -1 before the first. */
export function lastTold(stage, position) {
  return position.told ?? lastUpTo(stage.moves.told, position.at);
}

// ---------------------------------------------------------------------------------------- 2 state

/**
 * Events in the order of a key, gone through forwards. Going back starts again from the beginning: ten
 * thousand events take less than a millisecond, so nothing cleverer is needed.
 */
class Course {
  /**
   * @param {ArrayLike<number | null>} keys when each event happens; null: never
   * @param {(index: number) => void} apply
   */
  constructor(keys, apply) {
    const known = Array.from(keys, (key) => key ?? Infinity);
    this.order = Int32Array.from(known.keys()).sort((one, other) => known[one] - known[other] || one - other);
    this.keys = Float64Array.from(this.order, (index) => known[index]);
    this.apply = apply;
    this.next = 0;
  }

  goTo(limit) {
    while (this.next < this.keys.length && this.keys[this.next] <= limit) {
      this.apply(this.order[this.next]);
      this.next += 1;
    }
  }
}

/** What lies where, who works, and what went along each line, at a position. */
export class State {
  /** @param {boolean} stepped by hops, or by stage time */
  constructor(stage, stepped) {
    this.stage = stage;
    const { moves, changes, runs } = stage;
    this.courses = [
      new Course(stepped ? changes.told : changes.at, (index) => this.#change(index)),
      new Course(stepped ? runs.begun : runs.begin, (index) => this.#begin(index)),
      new Course(stepped ? runs.over : runs.end, (index) => this.#end(index)),
      new Course(stepped ? moves.long.map((_, index) => index) : moves.end, (index) => this.#pass(index)),
    ];
    this.#reset();
  }

  /** @param {number} limit stage milliseconds, or the index of a move */
  goTo(limit) {
    if (limit < this.limit) this.#reset();
    this.limit = limit;
    for (const course of this.courses) course.goTo(limit);
  }

  #reset() {
    const { nodes, lines, statuses, messages } = this.stage;
    this.limit = -Infinity;
    this.counts = nodes.map(() => [0, 0, 0, 0]); // by the order of STATES
    this.running = new Int32Array(nodes.length);
    this.errors = new Int32Array(nodes.length);
    this.passed = lines.map(() => new Int32Array(statuses.length));
    this.arrived = new Int32Array(lines.length);
    this.node = new Int16Array(copiesOf(messages) + 1).fill(-1); // of each copy of a message
    this.lies = new Uint8Array(copiesOf(messages) + 1).fill(GONE);
    this.receives = new Int32Array(copiesOf(messages) + 1);
    for (const course of this.courses) course.next = 0;
  }

  #change(index) {
    const { node, message, state, receives } = this.stage.changes;
    const copy = message[index];
    if (this.node[copy] >= 0) this.counts[this.node[copy]][this.lies[copy]] -= 1;
    this.node[copy] = state[index] === GONE ? -1 : node[index];
    this.lies[copy] = state[index];
    this.receives[copy] = receives[index] || this.receives[copy];
    if (this.node[copy] >= 0) this.counts[node[index]][state[index]] += 1;
  }

  #begin(index) {
    this.running[this.stage.runs.node[index]] += 1;
  }

  #end(index) {
    const { node, failed } = this.stage.runs;
    this.running[node[index]] -= 1;
    this.errors[node[index]] += failed[index];
  }

  #pass(index) {
    const { on, line, back, status, count } = this.stage.moves;
    if (on[index] < 0) return;
    const number = count[index] ?? 1;
    this.passed[on[index]][status[index]] += number;
    const onItsWay = line[index] === on[index] && !back[index];
    if (onItsWay && this.stage.statuses[status[index]].arrived) this.arrived[on[index]] += number;
  }

  /** The copies of messages that lie in a node. */
  copiesIn(node) {
    const copies = [];
    this.node.forEach((place, copy) => {
      if (place === node) copies.push(copy);
    });
    return copies;
  }

  /** The copies of a message. */
  copiesOf(number) {
    const { messages } = this.stage;
    if (!messages.copies.length) return [number];
    return messages.copies.flatMap((each, place) => (each === number ? [place + 1] : []));
  }
}

// ---------------------------------------------------------------------------------------- 3 words

const UNITS = [
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** A duration as durations.py says it: "30 s", "4 min", "2 h 5 min". */
export function durationText(seconds) {
  const three = Number(seconds.toPrecision(3));
  if (three < 60) return `${three} s`;
  let rest = Math.round(seconds);
  const parts = [];
  for (const [size, unit] of UNITS) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  if (rest) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(" ");
}

/** The date and the time of an instant: ["2026-01-05", "09:04:30"]. */
function dateAndTime(stage, microseconds) {
  const text = new Date(stage.start + Math.floor(microseconds / 1000)).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}

/** Time since the start: "+4 min 30 s". */
const since = (microseconds) => `+${durationText(microseconds / 1e6)}`;

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** What there is in a node, in words: "3 visible, 1 in flight". Empty for nodes that hold nothing. */
export function holdings(stage, state, index) {
  const node = stage.nodes[index];
  if (node.queue) {
    const [visible, inFlight, delayed] = state.counts[index];
    return `${visible} visible, ${inFlight} in flight, ${delayed} delayed`;
  }
  return node.works ? `${state.running[index]} running, ${plural(state.errors[index], "error")}` : "";
}

/**
 * What stands on a line: how many arrived, then each status other than plain delivery with its number. Where
 * all that arrived are of one such status, once is enough. As `_items` in line_drawing.py.
 * @returns {{status: number | null, count: number}[]}
 */
export function lineItems(statuses, arrived, passed) {
  const remarks = [];
  passed.forEach((count, status) => {
    if (status && count) remarks.push({ status, count });
  });
  const [only, ...others] = remarks;
  if (only && !others.length && statuses[only.status].arrived && only.count === arrived) return remarks;
  return arrived ? [{ status: null, count: arrived }, ...remarks] : remarks;
}

/** The same in words: "12, 2 delivered again, 3 throttled". */
function passedText(stage, state, line) {
  return lineItems(stage.statuses, state.arrived[line], state.passed[line])
    .map(({ status, count }) => (status === null ? `${count}` : `${count} ${stage.statuses[status].word}`))
    .join(", ");
}

const lineName = (stage, line) => `${stage.nodes[line.source].label} → ${stage.nodes[line.target].label}`;

/** How a resource was set at an instant (microseconds from the start). */
function settingsAt(history, microseconds) {
  let found = null;
  for (const [time, settings] of history) if (time <= microseconds) found = settings;
  return found;
}

// ---------------------------------------------------------------------------------------- 4 player

/** The longest time, in seconds, that "fit" takes for the whole. */
const FIT = 40;
/** Milliseconds of real time in which a following picture catches up with what is new. */
const CATCH_UP = 1500;
/** Milliseconds of real time for which each step is shown while Play steps. */
const STEP = 700;
/** Milliseconds of real time after which a slider that is held still counts as let go. */
const HELD = 200;
/** Where on its line the mark of the last hop rests, and for how many milliseconds it goes there. */
const REST = 0.84;
const GLIDE = 450;

const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Knows where on the stage one is, and moves on while it plays; tells `changed` of each new position. */
class Player {
  constructor(stage, changed) {
    this.changed = changed;
    this.playing = false;
    this.sliding = false;
    this.chosen = null;
    this.#take(stage);
    this.position = { at: stage.at, told: null };
    this.glide = 1;
  }

  #take(stage) {
    this.stage = stage;
    this.last = stage.moves.size - 1;
  }

  /** The speed that somebody chose; until then, one at which nobody must wait for minutes. */
  get speed() {
    return this.chosen ?? (this.stage.length > 1000 * FIT ? "fit" : "1");
  }

  get atEnd() {
    return this.position.told === null
      ? this.position.at >= this.stage.length
      : this.position.told >= this.last;
  }

  /** Go on with more of the same story. Whoever was at its end sees what is new; others stay where they are. */
  renew(stage) {
    const wasAtEnd = this.atEnd && this.position.told === null;
    const before = this.stage;
    const told = lastTold(before, this.position);
    this.#take(stage);
    if (this.position.told !== null) this.position = { at: this.#end(told), told: Math.min(told, this.last) };
    else if (wasAtEnd) this.#catchUp(told);
    else this.position = { at: Math.min(this.position.at, stage.length), told: null };
    this.changed();
  }

  #catchUp(told) {
    const from = this.#end(Math.min(told, this.last));
    this.position = { at: from, told: null };
    if (reducedMotion() || from >= this.stage.length) this.goTo(this.stage.length);
    else this.#run((this.stage.length - from) / CATCH_UP);
  }

  #end(index) {
    return index < 0 ? 0 : this.stage.moves.told[index];
  }

  /** Stage milliseconds a millisecond of real time. */
  get pace() {
    return this.speed === "fit" ? Math.max(1, this.stage.length / (1000 * FIT)) : Number(this.speed);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.last < 0) return;
    if (this.atEnd) this.position = { at: 0, told: reducedMotion() ? -1 : null };
    if (reducedMotion()) this.#walk();
    else this.#run(null);
  }

  pause() {
    this.#stop();
    this.changed();
  }

  #stop() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.playing = false;
    this.sliding = false;
  }

  /** Is the position one of many that follow each other quickly? Then what takes long to show may wait. */
  get moving() {
    return this.playing || this.sliding || this.glide < 1;
  }

  /** Play in pictures; `pace` is the chosen one where none is given. */
  #run(pace) {
    this.#stop();
    this.playing = true;
    this.position = { at: this.position.at, told: null };
    let before = performance.now();
    const frame = (now) => {
      this.position.at = Math.min(this.stage.length, this.position.at + (now - before) * (pace ?? this.pace));
      before = now;
      if (this.position.at >= this.stage.length) this.#stop();
      else this.frame = requestAnimationFrame(frame);
      this.changed();
    };
    this.frame = requestAnimationFrame(frame);
    this.changed();
  }

  /** Play in steps, for those who do not want to see things move. Fast play passes over some. */
  #walk() {
    this.#stop();
    this.playing = true;
    const step = () => {
      const reach = lastUpTo(this.stage.moves.told, this.position.at + STEP * this.pace);
      this.#show(Math.min(this.last, Math.max(this.#told() + 1, reach)));
      if (this.#told() < this.last) this.timer = setTimeout(step, STEP);
      else this.#stop();
      this.changed();
    };
    step();
  }

  #told() {
    return lastTold(this.stage, this.position);
  }

  #show(index) {
    this.position = { at: this.#end(index), told: index };
  }

  /** Go to a stage time. */
  goTo(at) {
    this.#stop();
    this.position = { at: Math.max(0, Math.min(this.stage.length, at)), told: null };
    this.changed();
  }

  /** Go to a stage time with the slider in hand, from which the next place is not far. */
  slideTo(at) {
    this.#stop();
    this.sliding = true;
    this.position = { at, told: null };
    this.timer = setTimeout(() => this.goTo(at), HELD);
    this.changed();
  }

  /** Go to right after a move; -1: before the first. It glides there if one may see things move. */
  goToMove(index) {
    if (index < -1 || index > this.last) return;
    this.#stop();
    this.#show(index);
    this.#glide();
  }

  #glide() {
    if (reducedMotion()) {
      this.glide = 1;
      this.changed();
      return;
    }
    const begin = performance.now();
    const frame = (now) => {
      this.glide = Math.min(1, Math.max(0, now - begin) / GLIDE);
      if (this.glide < 1) this.frame = requestAnimationFrame(frame);
      this.changed();
    };
    this.glide = 0;
    this.frame = requestAnimationFrame(frame);
    this.changed();
  }

  step(by) {
    this.goToMove(Math.max(-1, Math.min(this.last, this.#told() + by)));
  }

  /** Go to the next move of a list of indexes, in a direction; false if there is none. */
  stepAmong(indexes, by) {
    const told = this.#told();
    const found = by > 0 ? indexes.find((index) => index > told) : indexes.findLast((index) => index < told);
    if (found !== undefined) this.goToMove(found);
    return found !== undefined;
  }

  nextFailure() {
    const { moves, statuses } = this.stage;
    const failures = [];
    moves.status.forEach((status, index) => {
      if (statuses[status].failure) failures.push(index);
    });
    return this.stepAmong(failures, 1);
  }
}

// ---------------------------------------------------------------------------------------- 5 elements

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes and children. Texts become text nodes: whatever a message says is never markup.
 * @param {string} tag
 * @param {Object<string, unknown>} attributes
 * @param {...(Element | string)} children
 */
function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in an SVG. */
function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Set a text only where it differs: the browser need not lay out what stays the same. */
function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** A count in a node; a zero is pale. */
function showCount(element, count) {
  if (!element || element.textContent === `${count}`) return;
  element.textContent = `${count}`;
  element.closest(".wb-cell")?.classList.toggle("wb-zero", count === 0);
}

/** The mark of a status, with its colour by CSS; hidden from screen readers, which get the word. */
function glyph(status, index, size = 14) {
  const mark = draw("path", {
    d: status.path,
    "fill-rule": "evenodd",
    class: "wb-sign",
    style: `--wb-own: var(--wb-status-${index})`,
  });
  return draw(
    "svg",
    { viewBox: "-7 -7 14 14", width: size, height: size, "aria-hidden": "true", class: "wb-glyph" },
    mark,
  );
}

/** Icons of the controls, drawn in a square of 16. */
const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  back: "M12 2.5v11L5 8zM3 2.5h2v11H3z",
  step: "M4 2.5v11L11 8zM11 2.5h2v11h-2z",
  failure: "M2 3v10l5-5zM8.6 5L10 3.6l2 2 2-2L15.4 5l-2 2 2 2-1.4 1.4-2-2-2 2L8.6 9l2-2z",
  "as-table": "M1.5 2.5h13v11h-13zM3 6.3v2.2h4V6.3zM8.5 6.3v2.2H13V6.3zM3 10v2h4v-2zM8.5 10v2H13v-2z",
};

function icon(name) {
  const shape = draw("path", { d: ICONS[name], "fill-rule": "evenodd" });
  return draw("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, shape);
}

/** A button with an icon, words for those who cannot see it, and its key. */
function button(name, words, key, click) {
  const title = key ? `${words} (${key})` : words;
  return make(
    "button",
    { type: "button", class: `wb-button wb-${name}`, title, "aria-label": words, click },
    icon(name),
  );
}

/** A button that looks like a word of a sentence. */
function link(text, click, attributes = {}) {
  return make("button", { type: "button", class: "wb-link", click, ...attributes }, text);
}

/** A table; each cell is a text or an element. */
function table(caption, head, rows) {
  const headings = head.map((text) => make("th", { scope: "col" }, text));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make(
    "table",
    { class: "wb-table" },
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...headings)),
    make("tbody", {}, ...body),
  );
}

// ---------------------------------------------------------------------------------------- 6 drawing

/** Pixels of a line that one dot takes; nearer ones are shown as one, with their number. */
const ROOM = 17;
/** Pixels between two known points of a line; between them it is taken as straight. */
const GRAIN = 4;

let pictures = 0;

/** What JupyterLab calls the colours of its pages and of its texts. */
const THEME = { page: "--jp-layout-color0", ink: "--jp-ui-font-color1" };

/**
 * Give a drawing the colours of the theme. Its own are those of the light palette, written as attributes so
 * that it is right by itself; each is replaced by the pair of it and its dark companion.
 * @param {Object<string, {dark: string, name?: string}>} palette by the light colour
 */
function recolour(svg, palette) {
  const themed = (light) => {
    const { dark, name } = palette[light];
    const pair = `light-dark(${light}, ${dark})`;
    return THEME[name] ? `var(${THEME[name]}, ${pair})` : pair;
  };
  for (const element of svg.querySelectorAll("[fill], [stroke]")) {
    for (const property of ["fill", "stroke"]) {
      const light = element.getAttribute(property);
      if (Object.hasOwn(palette, light)) element.style[property] = themed(light);
    }
    // The tint of a form is a breath of its outline's colour; flow.css mixes it.
    if (element.matches(".wb-shape") && element.style.stroke) element.style.color = element.style.stroke;
  }
}

/**
 * The drawing as an element. Its ids are made its own: a notebook may show the same picture twice, and then
 * an arrow head would be looked for in the other one.
 */
function parsed(text) {
  const svg = document.importNode(new DOMParser().parseFromString(text, SVG_TYPE).documentElement, true);
  pictures += 1;
  const own = `wb${pictures}-`;
  for (const element of svg.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) {
      if (attribute.name === "id") attribute.value = own + attribute.value;
      else if (attribute.value.startsWith("url(#"))
        attribute.value = `url(#${own}${attribute.value.slice(5)}`;
    }
  }
  return svg;
}

const SVG_TYPE = "image/svg+xml";

/** How many times its own width a drawing may become. */
const GROWTH = 1.45;
/** Units of a row of counts on a line, and how wide it may be before the next begins. */
const PILL = { row: 15, width: 64 };

/** Counts around a point: marks and numbers in rows, on a ground that hides the line. As in picture.py. */
function pill(items, statuses, { x, y }) {
  const widthOf = ({ status, count }) => `${count}`.length * 6.8 + (status === null ? 6 : 20);
  const rows = [];
  for (const item of items) {
    const row = rows.at(-1);
    if (!row || row.width + widthOf(item) > PILL.width) rows.push({ width: widthOf(item), items: [item] });
    else Object.assign(row, { width: row.width + widthOf(item), items: [...row.items, item] });
  }
  const [width, height] = [Math.max(0, ...rows.map((row) => row.width)), PILL.row * rows.length];
  const parts = items.length
    ? [
        draw("rect", {
          class: "wb-line-ground",
          x: x - width / 2 - 3,
          y: y - height / 2 - 1,
          width: width + 6,
          height: height + 2,
          rx: 8,
        }),
      ]
    : [];
  rows.forEach((row, place) => {
    let left = x - row.width / 2;
    for (const item of row.items) {
      parts.push(...countOnLine(item, statuses, left, y - height / 2 + (place + 0.5) * PILL.row));
      left += widthOf(item);
    }
  });
  return parts;
}

function countOnLine({ status, count }, statuses, left, middle) {
  const text = (offset, weight) =>
    draw(
      "text",
      { class: "wb-line-count", x: left + offset, y: middle + 4, "font-size": 11.5, "font-weight": weight },
      `${count}`,
    );
  if (status === null) return [text(3, 600)];
  const mark = draw("path", {
    class: "wb-sign",
    d: statuses[status].path,
    "fill-rule": "evenodd",
    transform: `translate(${left + 9} ${middle}) scale(0.75)`,
    style: `--wb-own: var(--wb-status-${status})`,
  });
  return [mark, text(16, 400)];
}

/** Pixels below which the drawing that goes from top to bottom is shown, if there is one. */
const NARROW = 560;

/** The Python-made SVG with dots that move on it, counts that change, and nodes and lines to be chosen. */
class Drawing {
  /**
   * @param {string} svg of the two drawings of the stage, the one that fits
   * @param {(kind: string, index: number) => void} choose
   */
  constructor(stage, svg, choose) {
    this.stage = stage;
    this.svg = parsed(svg);
    recolour(this.svg, stage.palette);
    this.svg.setAttribute("role", "group");
    this.svg.removeAttribute("aria-labelledby");
    this.svg.setAttribute(
      "aria-label",
      `The system: ${plural(stage.nodes.length, "node")}, ` +
        `${plural(stage.lines.length, "line")}. Arrow keys go from node to node, l goes to the lines, Enter selects.`,
    );
    this.nodes = this.#found("node", stage.nodes.length);
    this.lines = this.#found("line", stage.lines.length);
    this.moves = this.svg.querySelector(".wb-moves") ?? this.svg.appendChild(draw("g"));
    this.moves.setAttribute("aria-hidden", "true");
    this.title = this.svg.querySelector(".wb-title");
    // A small system may grow, so that it can be read from the back of a room.
    const { width, height } = this.svg.viewBox.baseVal;
    this.svg.style.width = `min(100%, ${Math.round(GROWTH * width)}px)`;
    this.svg.style.maxHeight = `max(72vh, ${Math.round(height)}px)`;
    this.roads = [];
    this.dots = [];
    this.nodes.forEach((node, index) => this.#prepareNode(node, index, choose));
    this.lines.forEach((line, index) => this.#prepareLine(line, index, choose));
  }

  #found(kind, count) {
    return Array.from(
      { length: count },
      (_, index) => this.svg.querySelector(`[data-${kind}="${index}"]`) ?? draw("g"),
    );
  }

  #prepareNode(node, index, choose) {
    this.#makeChoosable(node, index === 0, () => choose("node", index));
    node.texts = Object.fromEntries(
      ["visible", "in-flight", "delayed", "running", "errors"].map((name) => [
        name,
        node.querySelector(`.wb-${name}`),
      ]),
    );
  }

  #prepareLine(line, index, choose) {
    this.#makeChoosable(line, false, () => choose("line", index));
    const path = line.querySelector(".wb-path");
    if (path) line.prepend(draw("path", { class: "wb-reach", d: path.getAttribute("d"), fill: "none" }));
    line.querySelector("title")?.remove(); // it tells of the end only; aria-label is kept up to date
    this.#prepareCounts(line);
  }

  /** Counts on a line stand where the drawing has them, in a group that is made anew when they change. */
  #prepareCounts(line) {
    const [ground, text] = [line.querySelector(".wb-line-ground"), line.querySelector(".wb-line-count")];
    const number = (element, name) => Number(element?.getAttribute(name) ?? 0);
    line.middle = ground
      ? {
          x: number(ground, "x") + number(ground, "width") / 2,
          y: number(ground, "y") + number(ground, "height") / 2,
        }
      : { x: number(text, "x"), y: number(text, "y") - 4 };
    for (const old of line.querySelectorAll(".wb-line-ground, .wb-line-count, .wb-line-status")) old.remove();
    line.counts = line.appendChild(draw("g", { class: "wb-line-counts" }));
    line.shown = "";
  }

  #showPassed(line, items) {
    const key = items.map(({ status, count }) => `${status}:${count}`).join(" ");
    if (line.shown === key) return;
    line.shown = key;
    line.counts.replaceChildren(...pill(items, this.stage.statuses, line.middle));
  }

  #makeChoosable(element, reachable, click) {
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", reachable ? 0 : -1);
    element.setAttribute("aria-pressed", "false");
    element.addEventListener("click", click);
  }

  /** Measure what only a drawing on a page has: call it once when that is so. */
  measure() {
    this.boxes = this.nodes.map((node) => this.#ringed(node));
  }

  #ringed(node) {
    const box = (node.querySelector(".wb-shape") ?? node).getBBox();
    const whole = node.getBBox();
    const ring = draw("rect", {
      class: "wb-ring",
      x: whole.x - 5,
      y: whole.y - 5,
      width: whole.width + 10,
      height: whole.height + 10,
      rx: 8,
      fill: "none",
    });
    node.prepend(ring);
    const place = node.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    return { x: place.e + box.x, y: place.f + box.y, width: box.width, height: box.height };
  }

  /** Points along a line, measured once. */
  #road(index) {
    if (!this.roads[index]) {
      const path = this.lines[index].querySelector(".wb-path");
      const length = path ? path.getTotalLength() : 0;
      const pieces = Math.max(1, Math.ceil(length / GRAIN));
      const points = Array.from({ length: path ? pieces + 1 : 0 }, (_, piece) =>
        path.getPointAtLength((length * piece) / pieces),
      );
      const [first, last] = [points[0], points.at(-1)];
      const upright = points.length > 0 && Math.abs(last.y - first.y) > Math.abs(last.x - first.x);
      this.roads[index] = { length, points, upright };
    }
    return this.roads[index];
  }

  #pointOn(index, share) {
    const { points } = this.#road(index);
    if (!points.length) return { x: 0, y: 0 };
    const place = Math.max(0, Math.min(1, share)) * (points.length - 1);
    const [left, right] = [points[Math.floor(place)], points[Math.ceil(place)]];
    const part = place - Math.floor(place);
    return { x: left.x + (right.x - left.x) * part, y: left.y + (right.y - left.y) * part };
  }

  /** Counts in nodes and on lines. */
  showState(state) {
    this.nodes.forEach((node, index) => {
      const [visible, inFlight, delayed] = state.counts[index];
      showCount(node.texts.visible, visible);
      showCount(node.texts["in-flight"], inFlight);
      showCount(node.texts.delayed, delayed);
      showCount(node.texts.running, state.running[index]);
      showCount(node.texts.errors, state.errors[index]);
    });
    this.lines.forEach((line, index) =>
      this.#showPassed(line, lineItems(this.stage.statuses, state.arrived[index], state.passed[index])),
    );
  }

  /** What screen readers say of nodes and lines; set when things stand still, since it takes a while. */
  showLabels(state) {
    this.nodes.forEach((node, index) => {
      const { label, word } = this.stage.nodes[index];
      node.setAttribute(
        "aria-label",
        [label, word, holdings(this.stage, state, index)].filter(Boolean).join(", "),
      );
    });
    this.lines.forEach((line, index) => {
      const { way } = this.stage.lines[index];
      const passed = passedText(this.stage, state, index) || "nothing went along it yet";
      line.setAttribute("aria-label", `${lineName(this.stage, this.stage.lines[index])}, ${way}: ${passed}`);
    });
  }

  /** The line above the picture: what time it is in AWS. */
  showTime(text) {
    setText(this.title, text);
  }

  /** Dots where moves are under way at a position; `chosen` is the number of a message, or 0. */
  showMoves(position, glide, chosen) {
    const groups = new Map();
    for (const { index, share } of this.#underWay(position, glide))
      this.#gather(groups, index, share, chosen);
    let used = 0;
    for (const group of groups.values()) this.#place(this.#dot(used++), group, chosen);
    for (; used < this.dots.length; used += 1) this.dots[used].setAttribute("display", "none");
  }

  /** The moves to be drawn, each with the share of its way that it has gone. */
  #underWay({ at, told }, glide) {
    const { begin, end, longest, long } = this.stage.moves;
    if (told !== null) return told < 0 ? [] : [{ index: told, share: REST * glide }];
    const found = [];
    for (let index = lastUpTo(begin, at); index >= 0 && begin[index] + longest > at; index -= 1) {
      if (end[index] > at) found.push({ index, share: (at - begin[index]) / long[index] });
    }
    return found.reverse();
  }

  /** Put a move to those that are near it on the same line and alike. */
  #gather(groups, index, share, chosen) {
    const { line, back, source, target, status, message } = this.stage.moves;
    const onLine = line[index] >= 0;
    const place = onLine ? Math.round((share * this.#road(line[index]).length) / ROOM) : source[index];
    const isChosen = chosen > 0 && aboutWhom(this.stage.moves, index).includes(chosen);
    const key = `${onLine ? line[index] : "at"} ${back[index]} ${place} ${target[index]} ${status[index]} ${isChosen}`;
    const group = groups.get(key);
    const count = this.stage.moves.count[index] ?? 1;
    if (group) group.count += count;
    else groups.set(key, { index, share, count, message: message[index], isChosen });
  }

  #dot(number) {
    if (!this.dots[number]) {
      const parts = {
        halo: draw("circle", { r: 10, class: "wb-halo" }),
        mark: draw("path", { class: "wb-sign", "fill-rule": "evenodd" }),
        text: draw("text", { class: "wb-dot-text" }),
      };
      const dot = draw("g", { class: "wb-dot" }, parts.halo, parts.mark, parts.text);
      this.moves.append(dot);
      this.dots[number] = Object.assign(dot, { parts });
    }
    return this.dots[number];
  }

  #place(dot, { index, share, count, message, isChosen }, chosen) {
    const { line, back, status } = this.stage.moves;
    const { x, y } =
      line[index] >= 0 ? this.#pointOn(line[index], back[index] ? 1 - share : share) : this.#corner(index);
    dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    dot.removeAttribute("display");
    dot.setAttribute("class", `wb-dot${isChosen ? " wb-chosen" : chosen ? " wb-aside" : ""}`);
    dot.parts.mark.setAttribute("d", this.stage.statuses[status[index]].path);
    dot.style.setProperty("--wb-own", `var(--wb-status-${status[index]})`);
    // The number stands beside a line that goes down, and above one that goes across.
    const beside = line[index] >= 0 && this.#road(line[index]).upright;
    dot.classList.toggle("wb-beside", beside);
    dot.parts.text.setAttribute("x", beside ? 12 : 0);
    dot.parts.text.setAttribute("y", beside ? 4 : -11);
    setText(dot.parts.text, count > 1 ? `×${count}` : message ? `${message}` : "");
  }

  /** Where the mark of what happens at a place stands: at the upper left corner of the node. */
  #corner(index) {
    const box = this.boxes?.[this.stage.moves.target[index]];
    return box ? { x: box.x, y: box.y } : { x: 0, y: 0 };
  }

  /** Mark the line and the nodes of the hop that was stepped to. */
  showHop(told) {
    const { line, source, target } = this.stage.moves;
    const stepped = told !== null && told >= 0;
    this.lines.forEach((element, index) =>
      element.classList.toggle("wb-now", stepped && line[told] === index),
    );
    this.nodes.forEach((element, index) =>
      element.classList.toggle("wb-now", stepped && [source[told], target[told]].includes(index)),
    );
  }

  /** Mark what is selected; of a message, the way that it took. */
  showSelection(selection) {
    const { kind, index } = selection ?? {};
    const way = kind === "message" ? this.#wayOf(index) : null;
    this.svg.classList.toggle("wb-one-message", way !== null);
    const mark = (elements, name) =>
      elements.forEach((element, place) => {
        element.setAttribute("aria-pressed", String(kind === name && index === place));
        element.classList.toggle("wb-on-way", way !== null && way[name].has(place));
      });
    mark(this.nodes, "node");
    mark(this.lines, "line");
  }

  #wayOf(number) {
    const { line, source, target } = this.stage.moves;
    const way = { node: new Set(), line: new Set() };
    for (const index of this.stage.lives[number] ?? []) {
      way.node.add(source[index]).add(target[index]);
      if (line[index] >= 0) way.line.add(line[index]);
    }
    return way;
  }

  /** Move the focus from the node or line that has it to another. */
  focus(element) {
    for (const other of [...this.nodes, ...this.lines])
      other.setAttribute("tabindex", other === element ? 0 : -1);
    element.focus();
  }

  /** The node next to one in a direction: the nearest, where going aside counts twice. */
  neighbour(node, [right, down]) {
    const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
    const [x, y] = middle(this.boxes[node]);
    let best = null;
    this.boxes.forEach((box, index) => {
      const [dx, dy] = [middle(box)[0] - x, middle(box)[1] - y];
      const ahead = dx * right + dy * down;
      const aside = Math.abs(dx * down) + Math.abs(dy * right);
      if (ahead > 1 && (!best || ahead + 2 * aside < best.far)) best = { index, far: ahead + 2 * aside };
    });
    return best?.index ?? node;
  }
}

// ---------------------------------------------------------------------------------------- 7 controls

/** Thousandths of the strip above the scrubber that the mark of a failure takes. */
const FAILURE_GRID = 5;
const SPEEDS = ["0.25", "0.5", "1", "2", "4", "8", "16"];

/** Play, steps, speed, scrubber and clock. */
class Controls {
  constructor(player, actions) {
    this.player = player;
    this.play = button("play", "Play", "Space", () => player.toggle());
    this.speed = make(
      "select",
      {
        class: "wb-speed",
        "aria-label": "Speed",
        title: "Speed",
        change: () => {
          player.chosen = this.speed.value;
        },
      },
      ...SPEEDS.map((speed) => make("option", { value: speed }, `${speed}×`)),
      make("option", { value: "fit" }, "fit"),
    );
    this.range = make("input", {
      type: "range",
      class: "wb-range",
      min: 0,
      step: 1,
      "aria-label": "Time",
      input: () => player.slideTo(Number(this.range.value)),
      change: () => player.goTo(Number(this.range.value)),
    });
    this.strip = draw("svg", {
      class: "wb-strip",
      viewBox: "0 0 1000 8",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.clock = make("span", { class: "wb-clock" });
    this.since = make("span", { class: "wb-since" });
    this.live = make("span", { class: "wb-live", hidden: "" }, "live");
    this.table = button("as-table", "As a table", "t", actions.toggleTable);
    this.table.setAttribute("aria-pressed", "false");
    this.help = make(
      "button",
      {
        type: "button",
        class: "wb-button wb-ask",
        title: "Keys (?)",
        "aria-label": "Help: keys",
        "aria-expanded": "false",
        click: actions.toggleHelp,
      },
      "?",
    );
    this.element = make(
      "div",
      { class: "wb-controls" },
      make("div", { class: "wb-scrub" }, this.strip, this.range),
      make(
        "div",
        { class: "wb-bar", role: "group", "aria-label": "Playing" },
        this.play,
        button("back", "One hop back", "p or ,", () => player.step(-1)),
        button("step", "One hop on", "n or .", () => player.step(1)),
        button("failure", "Next failure", "f", actions.nextFailure),
        this.speed,
        this.clock,
        this.since,
        this.live,
        make("span", { class: "wb-gap" }),
        this.table,
        this.help,
      ),
    );
  }

  /** Take a new stage. */
  renew(stage) {
    this.stage = stage;
    this.range.max = stage.length;
    this.speed.value = this.player.speed;
    this.element.classList.toggle("wb-nothing", stage.moves.size === 0);
    for (const control of this.element.querySelectorAll("button:not(.wb-as-table, .wb-ask), input, select")) {
      control.disabled = stage.moves.size === 0;
    }
    this.strip.replaceChildren(...this.#folds(), ...this.#failures());
  }

  #share(at) {
    return this.stage.length ? Math.round((1000 * at) / this.stage.length) : 0;
  }

  #folds() {
    return this.stage.folds.map(([start, end]) =>
      draw("rect", {
        class: "wb-fold-mark",
        x: this.#share(start),
        y: 3,
        width: this.#share(end) - this.#share(start),
        height: 2,
      }),
    );
  }

  /** One mark for each place where something failed; thousands of them would be no clearer. */
  #failures() {
    const { told, status } = this.stage.moves;
    const places = new Set();
    told.forEach((at, index) => {
      if (this.stage.statuses[status[index]].failure)
        places.add(FAILURE_GRID * Math.round(this.#share(at) / FAILURE_GRID));
    });
    return [...places].map((x) =>
      draw("rect", { class: "wb-failure-mark", x: x - 1, y: 0, width: 2, height: 8 }),
    );
  }

  show(position, playing) {
    const microseconds = awsTime(this.stage, position);
    const [date, time] = dateAndTime(this.stage, microseconds);
    this.time = `AWS time ${date} ${time} UTC, ${since(microseconds)}`;
    setText(this.clock, `${date} ${time} UTC`);
    setText(this.since, since(microseconds));
    this.range.value = position.at;
    this.range.setAttribute("aria-valuetext", `${time} UTC, ${since(microseconds)}`);
    if (this.shown !== playing) this.#showPlaying(playing);
  }

  #showPlaying(playing) {
    this.shown = playing;
    const words = playing ? "Pause" : "Play";
    this.play.replaceChildren(icon(playing ? "pause" : "play"), make("span", {}, words));
    this.play.setAttribute("aria-label", words);
    this.play.title = `${words} (Space)`;
  }
}

// ---------------------------------------------------------------------------------------- 8 details

/** Rows of a table of messages, and sentences of a list, that are shown at most. */
const MOST_ROWS = 25;
const MOST_SENTENCES = 7;
const MOST_MOVES = 200;

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A setting or an attribute for people: of a typed attribute its value, with the type where it is no text. */
function valueText(value) {
  if (typeof value === "string") return value;
  const { DataType: type, StringValue: text } = value ?? {};
  if (text === undefined) return JSON.stringify(value);
  return type === "String" ? text : `${text} (${type})`;
}

/** The parts of the page below the picture: what is selected, and what happened last. */
class Details {
  /** @param {{select: Function, goToMove: Function, stepAmong: Function}} actions */
  constructor(actions) {
    this.actions = actions;
    this.selected = make("section", { class: "wb-selected", "aria-label": "What is selected" });
    this.told = make("p", { class: "wb-told", "aria-live": "polite" });
    this.moves = make("ol", { class: "wb-list" });
    this.recent = make(
      "section",
      { class: "wb-recent", "aria-label": "The last hops" },
      make("h3", {}, "The last hops"),
      this.moves,
    );
  }

  renew(stage) {
    this.stage = stage;
  }

  /** What just happened, as a line under the picture. While it plays, screen readers are left in peace. */
  showTold(position, playing) {
    this.told.setAttribute("aria-live", playing ? "off" : "polite");
    const index = lastTold(this.stage, position);
    if (index === this.toldIndex && this.toldStage === this.stage) return false;
    [this.toldIndex, this.toldStage] = [index, this.stage];
    if (index < 0)
      this.told.replaceChildren(
        this.stage.moves.size ? "The beginning: nothing has happened yet" : "Nothing has happened yet",
      );
    else this.told.replaceChildren(...this.#sentence(index), this.#statusWord(index));
    return true;
  }

  #statusWord(index) {
    const { word } = this.stage.statuses[this.stage.moves.status[index]];
    return make("span", { class: "wb-word-tag" }, word);
  }

  /** Glyph and sentence of a move; the name of its message leads to the message. */
  #sentence(index) {
    const { moves, statuses } = this.stage;
    const mark = glyph(statuses[moves.status[index]], moves.status[index]);
    const number = moves.message[index];
    const pieces = moves.texts[moves.text[index]].split(/([\ue000\ue001])/);
    const words = pieces.map((piece) => {
      if (piece === MARK) return this.#messageLink(number);
      return piece === NUMBER ? this.#messageLink(number, `${number}`) : piece;
    });
    return [mark, make("span", {}, ...words)];
  }

  #messageLink(number, text = nameOf(this.stage.messages, number)) {
    return link(text, () => this.actions.select("message", number), {
      "data-message": number,
    });
  }

  #timeLink(index, current) {
    const text = since(this.stage.moves.time[index]);
    return link(text, () => this.actions.goToMove(index), {
      class: "wb-link wb-time",
      title: "Go to this hop",
      "aria-current": current ? "step" : null,
    });
  }

  #sentences(indexes, told) {
    return indexes.map((index) =>
      make(
        "li",
        { class: index === told ? "wb-here" : index > told ? "wb-later" : null },
        this.#timeLink(index, index === told),
        ...this.#sentence(index),
      ),
    );
  }

  showRecent(position) {
    const told = lastTold(this.stage, position);
    const first = Math.max(0, told - MOST_SENTENCES + 1);
    const indexes = Array.from({ length: told - first + 1 }, (_, place) => told - place);
    this.moves.replaceChildren(...this.#sentences(indexes, told));
    if (told < 0) this.moves.append(make("li", {}, "none yet"));
  }

  showSelected(selection, state, position) {
    const parts = {
      node: () => this.#node(selection.index, state, position),
      line: () => this.#line(selection.index, state, position),
      message: () => this.#message(selection.index, state, position),
    };
    const children = selection
      ? parts[selection.kind]()
      : [
          make(
            "p",
            { class: "wb-hint" },
            "Select a node, a line or a message: click it, or go to it with the arrow keys and press Enter.",
          ),
        ];
    const scrolled = this.selected.querySelector(".wb-life")?.scrollTop;
    this.selected.replaceChildren(...children);
    const life = this.selected.querySelector(".wb-life");
    if (life && scrolled !== undefined) life.scrollTop = scrolled;
  }

  #heading(name, word) {
    return make(
      "h3",
      {},
      name,
      " ",
      make("small", {}, word),
      make(
        "button",
        {
          type: "button",
          class: "wb-link wb-close",
          "aria-label": "Clear the selection",
          title: "Clear the selection (Escape)",
          click: () => this.actions.select(null),
        },
        "×",
      ),
    );
  }

  #node(index, state, position) {
    const node = this.stage.nodes[index];
    const told = lastTold(this.stage, position);
    const contents = node.queue ? [this.#contents(index, state)] : this.#happenedAt(index, told);
    return [
      this.#heading(node.label, node.word),
      make("p", { class: "wb-holdings" }, holdings(this.stage, state, index)),
      ...contents,
      ...this.#settings(node.settings, position),
    ];
  }

  #contents(index, state) {
    const copies = state.copiesIn(index);
    if (!copies.length) return make("p", {}, "No message is in it at this moment.");
    const { messages } = this.stage;
    const grouped = copies.some((copy) => messages.group[numberOf(messages, copy)] !== undefined);
    const rows = copies
      .slice(0, MOST_ROWS)
      .map((copy) => [copy, numberOf(messages, copy)])
      .map(([copy, number]) => [
        this.#messageLink(number),
        STATES[state.lies[copy]],
        ...(grouped ? [messages.group[number] ?? ""] : []),
        `${state.receives[copy]}`,
        shortened(messages.body[number - 1], 60),
      ]);
    const left = copies.length - rows.length;
    const caption = `${plural(copies.length, "message")} at this moment${left ? `, the first ${rows.length}` : ""}`;
    return table(caption, ["message", "state", ...(grouped ? ["group"] : []), "receives", "body"], rows);
  }

  #happenedAt(index, told) {
    const { source, target } = this.stage.moves;
    return this.#lastOf((move) => source[move] === index || target[move] === index, told);
  }

  #lastOf(wanted, told) {
    const found = [];
    for (let move = told; move >= 0 && found.length < MOST_SENTENCES; move -= 1)
      if (wanted(move)) found.push(move);
    if (!found.length) return [make("p", {}, "Nothing has happened here yet.")];
    return [
      make("h4", {}, "What happened last"),
      make("ol", { class: "wb-list" }, ...this.#sentences(found, told)),
    ];
  }

  #settings(history, position) {
    const settings = settingsAt(history, awsTime(this.stage, position));
    const entries = Object.entries(settings ?? {});
    if (!entries.length) return [];
    const items = entries.flatMap(([name, value]) => [
      make("dt", {}, name),
      make("dd", {}, valueText(value)),
    ]);
    return [
      make(
        "details",
        {},
        make("summary", {}, `Settings at this moment (${entries.length})`),
        make("dl", {}, ...items),
      ),
    ];
  }

  /** A line says why it delivered, or why it did not: how often each, and the last of each in words. */
  #line(index, state, position) {
    const line = this.stage.lines[index];
    const told = lastTold(this.stage, position);
    const rows = this.stage.statuses.flatMap((status, place) => {
      const count = state.passed[index][place];
      return count
        ? [
            [
              make("span", { class: "wb-status" }, glyph(status, place), ` ${status.word}`),
              count.toLocaleString("en"),
              this.#lastSentence(index, place, told),
            ],
          ]
        : [];
    });
    return [
      this.#heading(lineName(this.stage, line), line.way),
      rows.length
        ? table("What went along it, by how it ended", ["how", "how many", "the last"], rows)
        : make("p", {}, "Nothing has gone along it yet."),
      ...this.#settings(line.settings, position),
    ];
  }

  #lastSentence(line, status, told) {
    const { moves } = this.stage;
    for (let index = told; index >= 0; index -= 1) {
      if (moves.on[index] === line && moves.status[index] === status)
        return make("span", {}, ...this.#sentence(index).slice(1));
    }
    return "";
  }

  #message(number, state, position) {
    const { messages, nodes, lives } = this.stage;
    const told = lastTold(this.stage, position);
    const copies = state.copiesOf(number);
    const where = copies
      .filter((copy) => state.node[copy] >= 0)
      .map((copy) => `${STATES[state.lies[copy]]} in ${nodes[state.node[copy]].label}`)
      .join(", ");
    const received = copies.reduce((sum, copy) => sum + state.receives[copy], 0);
    const life = lives[number];
    const near = Math.max(0, lastUpTo(life, told) - MOST_MOVES / 2);
    return [
      this.#heading(nameOf(messages, number), messages.id[number - 1]),
      make(
        "p",
        { class: "wb-holdings" },
        `${where || "in no queue"} at this moment, received ${plural(received, "time")}`,
      ),
      make("pre", { class: "wb-body" }, messages.body[number - 1] || "(empty)"),
      ...(messages.cut.includes(number)
        ? [make("p", { class: "wb-hint" }, "Only the beginning of the body is kept here.")]
        : []),
      ...this.#attributes(number),
      this.#walk(life),
      make("ol", { class: "wb-list wb-life" }, ...this.#sentences(life.slice(near, near + MOST_MOVES), told)),
    ];
  }

  #attributes(number) {
    const { attributes, group } = this.stage.messages;
    const entries = Object.entries(attributes[number] ?? {});
    if (group[number] !== undefined) entries.unshift(["MessageGroupId", group[number]]);
    if (!entries.length) return [];
    return [
      make(
        "dl",
        {},
        ...entries.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, valueText(value))]),
      ),
    ];
  }

  #walk(life) {
    return make(
      "p",
      { class: "wb-walk" },
      link("← its hop before", () => this.actions.stepAmong(life, -1), { title: "[" }),
      link("its next hop →", () => this.actions.stepAmong(life, 1), { title: "]" }),
    );
  }
}

/** The picture as two tables: nodes, and lines. */
function systemTables(stage, state, select) {
  const nodes = stage.nodes.map((node, index) => [
    link(node.label, () => select("node", index)),
    node.word,
    holdings(stage, state, index) || "–",
  ]);
  const lines = stage.lines.map((line, index) => [
    link(lineName(stage, line), () => select("line", index)),
    line.way,
    passedText(stage, state, index) || "nothing yet",
  ]);
  return [
    table("Nodes at this moment", ["name", "what it is", "holds"], nodes),
    table("Lines until this moment", ["from → to", "way", "what went along it"], lines),
  ];
}

// ---------------------------------------------------------------------------------------- 9 keyboard

const KEYS = [
  ["Space", "play or pause"],
  ["n or .", "one hop on"],
  ["p or ,", "one hop back"],
  ["f", "next failure"],
  ["Home, End", "beginning, end"],
  ["arrow keys", "from node to node"],
  ["l, L", "next line, line before"],
  ["Enter", "select the node or line"],
  ["m, M", "select the next message, the message before"],
  ["], [", "next hop of the selected message, the hop before"],
  ["t", "as a table, as a picture"],
  ["?", "these keys"],
  ["Escape", "clear the selection"],
];

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function helpPanel() {
  const items = KEYS.flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)]);
  return make("section", { class: "wb-help", "aria-label": "Keys", hidden: "" }, make("dl", {}, ...items));
}

/**
 * What a key does, by its name; the rest is left to the browser.
 * A control that uses a key itself (a button Space, a slider the arrows) keeps it.
 */
function commandOf(view, event) {
  const { player } = view;
  const onControl = event.target.closest("input, select, button");
  const commands = {
    n: () => player.step(1),
    ".": () => player.step(1),
    p: () => player.step(-1),
    ",": () => player.step(-1),
    f: () => view.nextFailure(),
    l: () => view.nextLine(1),
    L: () => view.nextLine(-1),
    m: () => view.nextMessage(1),
    M: () => view.nextMessage(-1),
    "]": () => view.stepMessage(1),
    "[": () => view.stepMessage(-1),
    t: () => view.toggleTable(),
    "?": () => view.toggleHelp(),
    Home: () => player.goToMove(-1),
    End: () => player.goTo(view.stage.length),
  };
  if (event.target.closest("select")) return null;
  if (event.key === " " && !event.target.closest("button, summary")) return () => player.toggle();
  if (event.key in ARROWS && !onControl) return () => view.nextNode(ARROWS[event.key]);
  if (event.key === "Enter" && !onControl)
    return () => event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  return Object.hasOwn(commands, event.key) ? commands[event.key] : null;
}

/**
 * Keys that are meant for the picture do not reach the notebook, where they would move cells about.
 *
 * They are caught on their way down, at the window: Notebook 7 listens at the document, also on the way down,
 * and would have inserted a cell at "a" before the picture hears of it. What the browser itself does with a
 * key (a button is pressed, a slider moves) it does all the same.
 */
function onKey(view, event) {
  if (!view.root.contains(event.target)) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (!view.clear()) return; // nothing to clear: the notebook may have it
  } else if (event.key === "Enter" && event.shiftKey) {
    return;
  }
  event.stopPropagation();
  const command = event.key === "Escape" ? null : commandOf(view, event);
  if (command) {
    event.preventDefault();
    command();
  }
}

// ---------------------------------------------------------------------------------------- 10 the view

/** Milliseconds between two updates of the details while things move; the picture itself does at each frame. */
const DETAILS_EVERY = 200;

/** One picture in one place of a page. */
class View {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.selection = null;
    this.asTable = false;
    this.stage = decode(model.get("stage"));
    this.player = new Player(this.stage, () => this.show());
    const actions = {
      toggleTable: () => this.toggleTable(),
      toggleHelp: () => this.toggleHelp(),
      nextFailure: () => this.nextFailure(),
      select: (kind, index) => this.select(kind, index),
      goToMove: (index) => this.player.goToMove(index),
      stepAmong: (indexes, by) => this.player.stepAmong(indexes, by),
    };
    this.controls = new Controls(this.player, actions);
    this.details = new Details(actions);
    this.help = helpPanel();
    this.problem = make("div", { class: "wb-problem", role: "alert", hidden: "" });
    this.place = make("div", { class: "wb-picture" });
    this.tables = make("div", { class: "wb-tables", hidden: "" });
    this.fold = make("div", { class: "wb-fold", hidden: "", "aria-hidden": "true" });
    this.prose = make("div", { class: "wb-hidden", role: "note" });
    this.#lay();
    this.#watchSize();
    this.renew(this.stage);
    this.keys = (event) => onKey(this, event);
    window.addEventListener("keydown", this.keys, { capture: true });
  }

  #lay() {
    this.root.classList.add("wb-live-flow");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Flow of messages");
    this.root.append(
      this.problem,
      this.prose,
      make("div", { class: "wb-screen" }, this.place, this.tables, this.fold),
      this.details.told,
      this.controls.element,
      this.help,
      make("div", { class: "wb-below" }, this.details.selected, this.details.recent),
    );
  }

  #watchSize() {
    this.watch = new ResizeObserver(() => this.#fit());
    this.watch.observe(this.root);
  }

  /** Take the drawing that fits, and measure it: that can be done only once it is on the page and has a size. */
  #fit() {
    if (!this.root.clientWidth) return;
    const narrow = Boolean(this.stage.narrow) && this.root.clientWidth < NARROW;
    if (narrow !== this.narrow) this.#draw(narrow);
    if (this.drawing.boxes || this.asTable) return;
    this.drawing.measure();
    this.show();
  }

  #draw(narrow) {
    this.narrow = narrow;
    const svg = narrow ? this.stage.narrow : this.stage.svg;
    this.drawing = new Drawing(this.stage, svg, (kind, index) => this.select(kind, index));
    this.place.replaceChildren(this.drawing.svg);
    this.drawing.showSelection(this.selection);
  }

  /** Show another stage, or the same grown longer. */
  renew(stage) {
    const focused = this.#focusedPlace();
    this.selection = this.#sameSelection(stage);
    this.stage = stage;
    this.states = [new State(stage, false), new State(stage, true)];
    this.#draw(Boolean(stage.narrow) && this.narrow === true);
    setText(this.prose, stage.prose);
    this.#colour();
    this.controls.renew(stage);
    this.details.renew(stage);
    this.#fit();
    if (focused) this.drawing.nodes[this.#nodeAt(stage, focused)]?.focus();
  }

  #focusedPlace() {
    const index = this.drawing?.nodes.indexOf(this.root.getRootNode().activeElement) ?? -1;
    return index < 0 ? null : this.stage.nodes[index].place;
  }

  #nodeAt(stage, place) {
    return stage.nodes.findIndex((node) => node.place === place);
  }

  /** What was selected, on a new stage: nodes and lines may have other numbers there. */
  #sameSelection(stage) {
    if (!this.selection) return null;
    const { kind, index } = this.selection;
    if (kind === "message") return index <= stage.messages.id.length ? this.selection : null;
    const places = (of, line) => `${of.nodes[line.source].place} ${of.nodes[line.target].place}`;
    const found =
      kind === "node"
        ? this.#nodeAt(stage, this.stage.nodes[index].place)
        : stage.lines.findIndex(
            (line) => places(stage, line) === places(this.stage, this.stage.lines[index]),
          );
    return found < 0 ? null : { kind, index: found };
  }

  /** The colours of the statuses, as CSS variables: light-dark() takes the one for the theme. */
  #colour() {
    this.stage.statuses.forEach(({ light, dark }, index) =>
      this.root.style.setProperty(`--wb-status-${index}`, `light-dark(${light}, ${dark})`),
    );
  }

  get state() {
    const { at, told } = this.player.position;
    const state = this.states[Number(told !== null)];
    state.goTo(told ?? at);
    return state;
  }

  /** Bring everything in line with the position; called at each frame while it plays. */
  show() {
    const { position, playing, moving, glide } = this.player;
    const { state } = this;
    this.drawing.showState(state);
    this.drawing.showMoves(position, glide, this.selection?.kind === "message" ? this.selection.index : 0);
    this.drawing.showHop(position.told);
    this.controls.show(position, playing);
    this.drawing.showTime(this.controls.time);
    this.#showFold(position);
    this.details.showTold(position, playing);
    this.#showDetails(moving);
  }

  #showFold({ at, told }) {
    const fold = told === null && this.stage.folds.find(([start, end]) => start < at && at < end);
    this.fold.hidden = !fold;
    if (fold) setText(this.fold, fold[2]);
  }

  #showDetails(moving) {
    const now = performance.now();
    if (moving && now - (this.detailed ?? -Infinity) < DETAILS_EVERY) return;
    this.detailed = now;
    const { position } = this.player;
    const { state } = this;
    const focused = this.#focusInDetails();
    this.details.showSelected(this.selection, state, position);
    this.details.showRecent(position);
    if (this.asTable)
      this.tables.replaceChildren(
        ...systemTables(this.stage, state, (kind, index) => this.select(kind, index)),
      );
    if (!moving) this.drawing.showLabels(state);
    focused?.();
  }

  /** What brings the focus back to where it was, after the details were made anew. */
  #focusInDetails() {
    const active = this.root.getRootNode().activeElement;
    const region = [this.details.selected, this.details.recent, this.tables].find((part) =>
      part.contains(active),
    );
    if (!region) return null;
    const place = [...region.querySelectorAll("button, summary")].indexOf(active);
    return () => ([...region.querySelectorAll("button, summary")][place] ?? this.drawing.nodes[0])?.focus();
  }

  // ---- what one can do

  select(kind, index) {
    const same = this.selection && this.selection.kind === kind && this.selection.index === index;
    this.selection = kind === null || same ? null : { kind, index };
    this.drawing.showSelection(this.selection);
    this.detailed = -Infinity;
    this.show();
  }

  /** Close the help, or clear the selection; false if there was neither. */
  clear() {
    if (!this.help.hidden) this.toggleHelp();
    else if (this.selection) this.select(null);
    else return false;
    return true;
  }

  toggleTable() {
    this.asTable = !this.asTable;
    this.tables.hidden = !this.asTable;
    this.place.hidden = this.asTable;
    this.controls.table.setAttribute("aria-pressed", String(this.asTable));
    this.detailed = -Infinity;
    this.#fit();
    this.show();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.controls.help.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  nextFailure() {
    if (!this.player.nextFailure()) this.details.told.replaceChildren("No failure comes after this");
  }

  nextNode(direction) {
    const active = this.root.getRootNode().activeElement;
    const index = this.drawing.nodes.indexOf(active);
    const next = index < 0 ? 0 : this.drawing.neighbour(index, direction);
    if (this.drawing.nodes[next]) this.drawing.focus(this.drawing.nodes[next]);
  }

  nextLine(by) {
    const { lines } = this.drawing;
    if (!lines.length) return;
    const index = lines.indexOf(this.root.getRootNode().activeElement);
    this.drawing.focus(lines[(index + by + lines.length + Number(index < 0 && by < 0)) % lines.length]);
  }

  nextMessage(by) {
    const next = this.selection?.kind === "message" ? this.selection.index + by : this.#messageNow();
    if (next >= 1 && next <= this.stage.messages.id.length) this.select("message", next);
  }

  /** The message that the last hop was about; the first one where it was about none. */
  #messageNow() {
    return this.stage.moves.message[lastTold(this.stage, this.player.position)] || 1;
  }

  stepMessage(by) {
    if (this.selection?.kind === "message") this.player.stepAmong(this.stage.lives[this.selection.index], by);
  }

  // ---- what the kernel says

  take() {
    const stage = decode(this.model.get("stage"));
    this.renew(stage);
    this.player.renew(stage);
    this.controls.speed.value = this.player.speed;
  }

  showProblem() {
    this.#say(this.model.get("problem"));
  }

  #say(problem) {
    this.problem.hidden = !problem;
    setText(this.problem, problem);
  }

  showFollowing() {
    this.controls.live.hidden = !this.model.get("following");
  }

  /** Run something; an error is shown in the picture's own place, where people look. */
  guarded(action) {
    try {
      action();
    } catch (error) {
      this.#say(`The picture cannot be shown: ${error.message}`);
      throw error;
    }
  }

  close() {
    this.player.pause();
    this.watch.disconnect();
    window.removeEventListener("keydown", this.keys, { capture: true });
  }
}

/**
 * Whether the page has let go of the kernel, as JupyterLab does before it closes a tab's views. Other front ends
 * than JupyterLab's do not say; they count as connected.
 */
function isCutOff(model) {
  const manager = model.widget_manager;
  if (!manager || !("kernel" in manager)) return false;
  return !manager.kernel || manager.kernel.isDisposed;
}

/** How many views each model has on this page; the kernel need not follow for a picture that nobody sees. */
const seen = new WeakMap();

function count(model, by) {
  seen.set(model, (seen.get(model) ?? 0) + by);
  if (isCutOff(model)) return;
  model.set("views", seen.get(model));
  try {
    model.save_changes();
  } catch (error) {
    console.debug("The flow picture has no kernel to tell of its views:", error); // it plays all the same
  }
}

/** anywidget calls this for each place where the picture is shown, and what it returns when that is gone. */
function render({ model, el }) {
  const view = new View(model, el);
  const listeners = {
    "change:stage": () => view.guarded(() => view.take()),
    "change:problem": () => view.showProblem(),
    "change:following": () => view.showFollowing(),
  };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);
  view.guarded(() => view.show());
  view.showProblem();
  view.showFollowing();
  count(model, 1);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
    view.close();
    count(model, -1);
  };
}

export default { render };
