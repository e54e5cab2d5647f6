/**
 * The room: who is at which exercise, who is stuck, which mistakes are common, what was shared.
 *
 * Whatever stands in the state was written by somebody else, so all of it goes into the page as text. A new state
 * changes what is different, in place: the cell that has the focus keeps it, and nothing jumps.
 */

const NOT_BEGUN = { kind: "new", sign: "○", words: "not begun" };

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Prose, with what stands in backquotes as code. */
function writeProse(element, text) {
  if (element.dataset.prose === text) return;
  element.dataset.prose = text;
  element.replaceChildren(...text.split("`").map((part, place) => (place % 2 ? make("code", "", part) : part)));
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Bring the children of `parent` in step with `items`: the child of an item is the one that has its key. */
function keep(parent, items, keyOf, create, fill) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const child = old.get(key) ?? create(item);
    child.dataset.key = key;
    old.delete(key);
    fill(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  for (const child of old.values()) child.remove();
}

/** A heading with what belongs to it; hidden where there is nothing to show. */
function section(title, body) {
  const element = make("section");
  element.append(make("h3", "", title), body);
  element.body = body;
  return element;
}

// ---- the grid

function makeGrid(state) {
  const element = make("section", "wb-room-where");
  const all = make("input");
  all.type = "checkbox";
  const label = make("label");
  label.append(all, " all exercises, also those that nobody has begun");
  const table = make("table");
  set(table, "role", "grid");
  set(table, "aria-label", "Who is at which exercise. Arrow keys move.");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const scroll = make("div", "wb-room-scroll");
  scroll.append(table);
  const detail = make("p", "wb-room-detail");
  element.append(make("h3", "", "Who is where"), label, make("p", "wb-room-legend", state.legend), scroll, detail);
  return { element, all, head, body, detail };
}

/** The columns that are shown: places in the list of exercises. */
function columnsOf(grid, state) {
  return grid.all.checked ? state.exercises.map((_, place) => place) : state.begun;
}

function fillGrid(grid, state) {
  const columns = columnsOf(grid, state);
  const heads = [["name", "learner", ""], ...columns.map((place) => [place, state.exercises[place].id, state.exercises[place].about]), ["solved", "solved", ""], ["last", "last try", ""]];
  keep(grid.head, heads, ([key]) => key, () => make("th"), (cell, [, text, about]) => {
    set(cell, "scope", "col");
    if (about) { cell.title = about; set(cell, "aria-label", `${text}: ${about}`); }
    write(cell, text);
  });
  keep(grid.body, state.learners, (learner) => learner.key, () => make("tr"), (row, learner) => fillRow(row, learner, columns, state));
  if (!grid.body.querySelector('[tabindex="0"]')) grid.body.querySelector(".wb-room-cell")?.setAttribute("tabindex", "0");
}

function fillRow(row, learner, columns, state) {
  const cells = [["name", learner.name], ...columns.map((place) => [place, learner.cells[place] ?? NOT_BEGUN]), ["solved", String(learner.solved)], ["last", learner.last]];
  keep(row, cells, ([key]) => key, ([key]) => make(key === "name" ? "th" : "td"), (cell, [key, shown]) => {
    if (key === "name") set(cell, "scope", "row");
    if (typeof shown === "string") { write(cell, shown); return; }
    const words = `${learner.name}, ${state.exercises[key].id}: ${shown.words}`;
    set(cell, "class", `wb-room-cell wb-room-${shown.kind}`);
    set(cell, "aria-label", words);
    if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1;
    write(cell, shown.sign);
  });
}

/** The cell that a key leads to; null where it leads nowhere. */
function target(cell, key) {
  const row = [...cell.parentElement.querySelectorAll(".wb-room-cell")];
  const place = row.indexOf(cell);
  const inColumn = (line) => line?.querySelectorAll(".wb-room-cell")[place];
  switch (key) {
    case "ArrowRight": return row[place + 1];
    case "ArrowLeft": return row[place - 1];
    case "ArrowDown": return inColumn(cell.parentElement.nextElementSibling);
    case "ArrowUp": return inColumn(cell.parentElement.previousElementSibling);
    case "Home": return row[0];
    case "End": return row.at(-1);
    case "PageDown": return inColumn(cell.parentElement.parentElement.lastElementChild);
    case "PageUp": return inColumn(cell.parentElement.parentElement.firstElementChild);
    default: return null;
  }
}

function moveByKeys(grid) {
  const cellOf = (event) => event.target.closest(".wb-room-cell");
  const enter = (cell) => {
    for (const other of grid.body.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    write(grid.detail, cell.getAttribute("aria-label"));
  };
  grid.body.addEventListener("focusin", (event) => { if (cellOf(event)) enter(cellOf(event)); });
  grid.body.addEventListener("click", (event) => cellOf(event)?.focus());
  grid.body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !cellOf(event)) return;
    const next = target(cellOf(event), event.key);
    if (next === null) return;
    event.preventDefault();
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

// ---- the lists below it

function fillLists(parts, state, look) {
  keep(parts.stuck.body, state.stuck, (one) => one.name, () => make("li"), (item, one) => write(item, `${one.name}: ${one.words}`));
  keep(parts.common.body, state.common, (one) => one.name, makeCommon, (item, one) => {
    write(item.children[0], one.name);
    write(item.children[1], one.count);
    writeProse(item.children[2], one.message);
  });
  keep(parts.shared.body, state.shared, (one) => one.key.join(), () => make("li"), (item, one) => fillShared(item, one, look));
  keep(parts.problems.body, state.problems, (one) => one, () => make("li"), (item, one) => write(item, one));
  for (const name of Object.keys(parts)) parts[name].hidden = state[name].length === 0;
}

function makeCommon() {
  const item = make("li");
  item.append(make("b"), make("span", "wb-room-count"), make("div"));
  return item;
}

function fillShared(item, one, look) {
  if (!item.firstChild) item.append(make("button", "jupyter-button widget-button"), make("span"));
  const [button, words] = item.children;
  write(button, "Look");
  set(button, "aria-label", `Look: ${one.title}, shared by ${one.name}`);
  button.onclick = () => look(one.key);
  write(words, `${one.name}: ${one.title}`);
}

function render({ model, el }) {
  el.classList.add("wb-room");
  const words = make("p", "wb-room-words");
  const grid = makeGrid(JSON.parse(model.get("state")));
  moveByKeys(grid);
  const parts = {
    stuck: section("Who may need help", make("ul")),
    common: section("Common mistakes", make("ul")),
    shared: section("Shared by learners", make("ul", "wb-room-shared")),
    problems: section("What could not be read", make("ul")),
  };
  el.append(words, grid.element, ...Object.values(parts));

  const draw = () => {
    const state = JSON.parse(model.get("state"));
    const focused = el.contains(document.activeElement) ? document.activeElement : null;
    write(words, state.words);
    grid.element.hidden = state.learners.length === 0;
    fillGrid(grid, state);
    fillLists(parts, state, (key) => model.send({ look: key }));
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (focused?.classList.contains("wb-room-cell")) write(grid.detail, focused.getAttribute("aria-label"));
  };
  grid.all.addEventListener("change", draw);
  model.on("change:state", draw);
  draw();
  return () => model.off("change:state", draw);
}

export default { render };
