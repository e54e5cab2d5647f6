/**
 * Keeps keys within the box that this widget lies in.
 *
 * A control of ipywidgets lets keys through to the notebook, and in command mode that takes them for its own: an arrow
 * key in a group of radio buttons would move to another cell. What passes: keys with Control, Alt or Meta, Shift+Enter
 * (which runs the cell), and Escape, by which one leaves.
 */

const BOX = ".widget-vbox, .widget-box, .jp-OutputArea-output";

function isMeantForTheNotebook(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  return event.key === "Escape" || (event.key === "Enter" && event.shiftKey);
}

function keepKeys(event) {
  if (!isMeantForTheNotebook(event)) event.stopPropagation();
}

function render({ el }) {
  el.style.display = "none";
  let box = null;
  // The view is put into its box only after it is drawn.
  const frame = requestAnimationFrame(() => {
    box = el.parentElement?.closest(BOX) ?? null;
    box?.addEventListener("keydown", keepKeys);
  });
  return () => {
    cancelAnimationFrame(frame);
    box?.removeEventListener("keydown", keepKeys);
  };
}

export default { render };
