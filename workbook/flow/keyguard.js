/**
 * Keeps keys within the box that this widget lies in.
 *
 * A control of ipywidgets lets keys through to the notebook, and in command mode that takes them for its own: an arrow
 * key in a group of radio buttons would move to another cell. JupyterLab looks when the key has passed the control, so
 * there it is enough to stop it on its way; Notebook 7 looks before, and leaves alone only what bears a mark. What
 * passes: keys with Control, Alt or Meta, Shift+Enter (which runs the cell), and Escape, by which one leaves.
 */

const BOX = ".widget-vbox, .widget-box, .jp-OutputArea-output";
const MARK = "data-lm-suppress-shortcuts"; // Lumino's name; it must be on the element that has the focus

function isMeantForTheNotebook(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  return event.key === "Escape" || (event.key === "Enter" && event.shiftKey);
}

function keepKeys(event) {
  if (!isMeantForTheNotebook(event)) event.stopPropagation();
}

function mark(event) {
  event.target.setAttribute(MARK, "true");
}

/** Guard a box; what is returned ends that. */
function guard(box) {
  const letPass = (event) => {
    const control = event.target;
    if (!box.contains(control) || !isMeantForTheNotebook(event) || !control.hasAttribute(MARK)) return;
    control.removeAttribute(MARK);
    setTimeout(() => control.setAttribute(MARK, "true"));
  };
  box.addEventListener("keydown", keepKeys);
  box.addEventListener("focusin", mark);
  window.addEventListener("keydown", letPass, { capture: true });
  return () => {
    box.removeEventListener("keydown", keepKeys);
    box.removeEventListener("focusin", mark);
    window.removeEventListener("keydown", letPass, { capture: true });
  };
}

function render({ el }) {
  el.style.display = "none";
  let leave = () => {};
  // The view is put into its box only after it is drawn.
  const frame = requestAnimationFrame(() => {
    const box = el.parentElement?.closest(BOX);
    if (box) leave = guard(box);
  });
  return () => {
    cancelAnimationFrame(frame);
    leave();
  };
}

export default { render };
