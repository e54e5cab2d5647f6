/**
 * The controls of one question. What is chosen goes into `given`: a list of ids, an object of id to partner, or the text
 * of a number. Enter in a number answers, as people expect it of a form.
 */

let forms = 0; // radio buttons of two questions must not be one group

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function choices(model, type) {
  const name = `workbook-question-${(forms += 1)}`;
  const inputs = model.get("options").map(([id, text]) => {
    const input = element("input", { type, name, value: id });
    input.checked = model.get("given").includes(id);
    return [input, element("label", {}, input, element("span", {}, text))];
  });
  const chosen = () => inputs.filter(([input]) => input.checked).map(([input]) => input.value);
  for (const [input] of inputs) input.addEventListener("change", () => give(model, chosen()));
  return inputs.map(([, label]) => label);
}

function selections(model) {
  const selects = model.get("options").map(([id, text]) => {
    const empty = element("option", { value: "" }, "choose");
    const partners = model.get("partners").map((each) => element("option", { value: each }, each));
    const select = element("select", {}, empty, ...partners);
    select.value = model.get("given")[id] ?? "";
    return [id, select, element("label", { class: "pair" }, element("span", {}, text), select)];
  });
  // Always all of them, as they stand on the screen: what the kernel echoes may be older.
  const chosen = () => selects.filter(([, select]) => select.value).map(([id, select]) => [id, select.value]);
  for (const [, select] of selects) select.addEventListener("change", () => give(model, Object.fromEntries(chosen())));
  return selects.map(([, , label]) => label);
}

function number(model) {
  const input = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", size: "12" });
  input.value = model.get("given");
  input.addEventListener("input", () => give(model, input.value));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) model.send({ given: input.value });
  });
  return [element("label", {}, element("span", {}, "Your number "), input)];
}

function give(model, given) {
  model.set("given", given);
  model.save_changes();
}

const CONTROLS = {
  single: (model) => choices(model, "radio"),
  multiple: (model) => choices(model, "checkbox"),
  matching: selections,
  numeric: number,
};

function render({ model, el }) {
  el.classList.add("workbook-question");
  const legend = element("legend", {}, model.get("legend"));
  el.append(element("fieldset", {}, legend, ...CONTROLS[model.get("kind")](model)));
  if (model.get("takes_focus")) requestAnimationFrame(() => el.querySelector("input, select")?.focus());
}

export default { render };
