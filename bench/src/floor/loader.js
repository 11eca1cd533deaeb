// A bare loader: ask, draw a button, open a frame on a click.
fetch("/floor/status").then((answer) => answer.json()).then(({ label }) => {
  const button = document.createElement("button");
  button.id = "floor";
  button.textContent = label;
  document.body.append(button);
  let frame;
  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.src = "/floor/panel";
    frame.style.visibility = "hidden";
    document.body.append(frame);
  };
  button.addEventListener("pointerenter", load);
  button.addEventListener("click", () => {
    load();
    frame.style.visibility = "visible";
  });
});
