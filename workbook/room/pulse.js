/**
 * Asks the kernel to look again, every few seconds, while somebody can see the box that this widget lies in.
 *
 * A beat waits until the one before is answered, so a kernel that is busy does not find a hundred of them afterwards.
 * If it was restarted there is no answer; then the next beat comes after a while.
 */

const WITHOUT_ANSWER = 30_000; // milliseconds

function render({ model, el }) {
  el.style.display = "none";
  let asked = 0;
  const isSeen = () => document.visibilityState === "visible" && el.parentElement?.getClientRects().length > 0;
  const beat = () => {
    const waits = asked && performance.now() - asked < WITHOUT_ANSWER;
    if (!model.get("beats") || waits || !isSeen()) return;
    asked = performance.now();
    model.send("look");
  };
  const answered = () => { asked = 0; };
  model.on("change:answered", answered);
  const timer = setInterval(beat, 1000 * model.get("seconds"));
  return () => {
    clearInterval(timer);
    model.off("change:answered", answered);
  };
}

export default { render };
