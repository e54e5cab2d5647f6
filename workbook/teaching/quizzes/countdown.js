/**
 * Counts down real seconds. A screen reader is told at five minutes, at one, and at the end, and is left alone between.
 */

const TOLD = [300, 60, 0];

function words(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

export default () => {
  const began = performance.now(); // once for each widget: a second view shows the same time

  function render({ model, el }) {
    const shown = document.createElement("span");
    shown.setAttribute("role", "timer");
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    told.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
    el.style.cssText = "color:var(--jp-content-font-color1,#212121);font-variant-numeric:tabular-nums;margin:4px 2px";
    el.append(shown, told);
    let before = Infinity;

    function tick() {
      if (!model.get("runs")) return;
      const left = Math.max(0, model.get("seconds") - (performance.now() - began) / 1000);
      shown.textContent = `Time left: ${words(left)}`;
      const reached = TOLD.find((each) => left <= each && before > each && before < Infinity);
      if (reached !== undefined) told.textContent = reached ? `${reached / 60} min left` : "The time is over";
      before = left;
      if (left === 0 && !model.get("is_over")) {
        model.set("is_over", true);
        model.save_changes();
      }
    }

    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }

  return { render };
};
