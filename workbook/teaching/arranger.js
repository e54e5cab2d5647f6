/**
 * A list whose lines can be moved: by their buttons, and by dragging.
 *
 * Lines are moved within the document and never made anew, so that the focus can stay on the button that was pressed.
 */

const UP = -1;
const DOWN = 1;

function button(sign, name, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "jupyter-button widget-button";
  element.textContent = sign;
  element.setAttribute("aria-label", name);
  element.title = name;
  element.addEventListener("click", press);
  return element;
}

function render({ model, el }) {
  el.classList.add("workbook-arranger");
  const list = document.createElement("ol");
  list.setAttribute("aria-label", model.get("label"));
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  el.append(list, told);

  const lines = new Map(model.get("items").map(([id, text]) => [id, line(id, text)]));
  let dragged = null;

  function line(id, text) {
    const element = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = text;
    const up = button("\u2191", `Move up: ${text}`, () => move(id, UP));
    const down = button("\u2193", `Move down: ${text}`, () => move(id, DOWN));
    element.append(up, down, words);
    element.draggable = true;
    element.addEventListener("dragstart", (event) => {
      dragged = id;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", text);
      element.classList.add("dragged");
    });
    element.addEventListener("dragend", () => {
      dragged = null;
      element.classList.remove("dragged");
    });
    element.addEventListener("dragover", (event) => {
      if (dragged !== null) event.preventDefault();
    });
    element.addEventListener("drop", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      event.stopPropagation();
      put(dragged, model.get("order").indexOf(id));
    });
    return { element, up, down, text };
  }

  function move(id, step) {
    const focused = step === UP ? lines.get(id).up : lines.get(id).down;
    put(id, model.get("order").indexOf(id) + step);
    // At an end of the list its button is disabled and would lose the focus to the page.
    (focused.disabled ? (step === UP ? lines.get(id).down : lines.get(id).up) : focused).focus();
  }

  function put(id, place) {
    const order = model.get("order").filter((each) => each !== id);
    order.splice(place, 0, id);
    model.set("order", order);
    model.save_changes();
    told.textContent = `${lines.get(id).text}: now ${order.indexOf(id) + 1} of ${order.length}`;
  }

  function show() {
    const order = model.get("order");
    order.forEach((id, place) => {
      const { element, up, down } = lines.get(id);
      if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
      up.disabled = model.get("disabled") || place === 0;
      down.disabled = model.get("disabled") || place === order.length - 1;
      element.draggable = !model.get("disabled");
    });
  }

  model.on("change:order change:disabled", show);
  show();
  return () => model.off("change:order change:disabled", show);
}

export default { render };
