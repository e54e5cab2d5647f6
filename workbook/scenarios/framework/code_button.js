/**
 * "Show the code": inserts a cell below, where JupyterLab lets a widget do that, and else shows the code in place.
 *
 * JupyterLab has no official way from a widget to a new cell. `window.jupyterapp` is there when the server runs with
 * `expose_app_in_browser`, as `workbook lab` does; in Notebook 7 and elsewhere it is not.
 */

/** The place of `element` among the cells of the notebook that it stands in, and that notebook; null if there is none. */
function findCell(app, element) {
  const cell = element.closest(".jp-Cell");
  for (const panel of app.shell.widgets("main")) {
    const cells = panel.content?.widgets ?? [];
    const index = cells.findIndex((each) => each.node === cell);
    if (index >= 0) return { panel, index };
  }
  return null;
}

async function insertCell(element, code) {
  const app = window.jupyterapp;
  if (!app?.commands?.hasCommand("notebook:insert-cell-below")) return false;
  const place = findCell(app, element);
  if (!place) return false;
  app.shell.activateById(place.panel.id);
  place.panel.content.activeCellIndex = place.index;
  await app.commands.execute("notebook:insert-cell-below");
  const inserted = place.panel.content.widgets[place.index + 1];
  if (!inserted) return false;
  inserted.model.sharedModel.setSource(code);
  inserted.node.scrollIntoView({ block: "nearest" });
  return true;
}

function button(label, title) {
  const element = document.createElement("button");
  element.className = "jupyter-button widget-button";
  element.textContent = label;
  element.title = title;
  return element;
}

function render({ model, el }) {
  el.classList.add("workbook-code");
  const show = button("Show the code", "The boto3 code of this scenario, with the values chosen here");
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const shown = document.createElement("div");
  shown.hidden = true;
  const text = document.createElement("pre");
  text.tabIndex = 0;
  text.setAttribute("aria-label", "The code of this scenario");
  const copy = button("Copy", "Copy the code");
  shown.append(copy, text);
  el.append(show, told, shown);

  const write = () => { text.textContent = model.get("code"); };
  model.on("change:code", write);
  write();

  show.addEventListener("click", async () => {
    if (shown.hidden && (await insertCell(el, model.get("code")).catch(() => false))) {
      told.textContent = " The code is in the cell below.";
      return;
    }
    shown.hidden = !shown.hidden;
    show.textContent = shown.hidden ? "Show the code" : "Hide the code";
  });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(model.get("code"));
      told.textContent = " Copied.";
    } catch {
      // Without permission for the clipboard the text is selected, so that Ctrl+C copies it.
      getSelection().selectAllChildren(text);
      told.textContent = " Press Ctrl+C.";
    }
  });
  return () => model.off("change:code", write);
}

export default { render };
