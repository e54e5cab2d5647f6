/** A button that looks what is chosen in its form in the moment in which it is pressed. */

const REFERENCE = "IPY_MODEL_"; // how ipywidgets names another widget

async function given(model) {
  const reference = model.get("form");
  if (!reference) return null;
  const form = await model.widget_manager.get_model(reference.slice(REFERENCE.length));
  return form.get("order") ?? form.get("given");
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button";
  button.style.width = "auto";
  const name = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip");
  };
  name();
  model.on("change:description", name);
  button.addEventListener("click", async () => model.send({ given: await given(model) }));
  el.append(button);
}

export default { render };
