/** A button that looks what its inputs show in the moment in which it is pressed, and sends that along. */

const REFERENCE = "IPY_MODEL_"; // how ipywidgets names another widget

async function shown(model, [reference, trait]) {
  const id = reference.slice(REFERENCE.length);
  const input = await model.widget_manager.get_model(id);
  return [id, input.get(trait)];
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button";
  button.style.width = "auto";
  button.style.margin = "0"; // its place among others is the layout's, and a margin here would reach over them
  const draw = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip");
    button.disabled = model.get("disabled");
  };
  draw();
  model.on("change:description change:disabled", draw);
  button.addEventListener("click", async () => {
    const holders = model.get("holders");
    const inputs = model.get("inputs").map((reference, place) => [reference, holders[place]]);
    model.send({ shown: await Promise.all(inputs.map((input) => shown(model, input))) });
  });
  el.append(button);
}

export default { render };
