// The widget: the film in a notebook's cell, where `time`, `zoom`, `hue` and `paused` are the same
// here and in Python. What it is shown in gives `model` and `el` (see anywidget.dev).
const SAID = 500; // milliseconds between two messages that say where a playing film is

// A film whose hues are turned by hand, in degrees, beside how the film itself turns them.
class Turned extends Film {
  hue = 0;
  at(time) {
    const numbers = super.at(time), place = numbers.length - 3; // cosine, sine, then the contrast
    const [x, y] = numbers.subarray(place), turn = (this.hue * Math.PI) / 180;
    numbers[place] = x * Math.cos(turn) - y * Math.sin(turn);
    numbers[place + 1] = x * Math.sin(turn) + y * Math.cos(turn);
    return numbers;
  }
}

function made(name, more) {
  return Object.assign(document.createElement(name), more);
}

function render({ model, el }) {
  const film = new Turned(model.get("film")), { size, frames, fps, samples } = film.data;
  const canvas = made("canvas", { className: "cppnvid-film" });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", film.data.title);
  canvas.style.aspectRatio = `${size[0]} / ${size[1]}`;
  canvas.style.backgroundImage = `url("${film.data.poster}")`;
  const bar = made("div", { className: "cppnvid-bar" });
  const play = made("button", { type: "button" });
  const place = made("input", { type: "range", min: 0, max: 1, step: "any" });
  place.setAttribute("aria-label", "Position");
  const said = made("span", { className: "cppnvid-said" });
  said.setAttribute("role", "status");
  bar.append(play, place, said);
  el.append(canvas, bar);

  const device = new Device(canvas, film, false);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const state = { ready: false, seen: true, telling: false, time: model.get("time"), before: 0, told: 0, gone: false };
  const playing = () => !model.get("paused");
  function picture() {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth * ratio;
    const fine = fineness(device, width * canvas.clientHeight * ratio, samples);
    const sides = [width, canvas.clientHeight * ratio].map((side) => Math.max(1, Math.round(side * fine.scale)));
    const view = { x: 0, y: 0, zoom: model.get("zoom") };
    return { time: state.time, width: sides[0], height: sides[1], view, samples: fine.samples };
  }
  function show() {
    film.hue = model.get("hue");
    place.value = state.time;
    if (state.ready && !device.gl.isContextLost()) device.show(picture());
  }
  // Say in Python where the film is; that is no wish to go there.
  function tell() {
    state.telling = true;
    model.set("time", state.time);
    state.telling = false;
    model.save_changes();
    state.told = performance.now();
  }
  function tick(now) {
    if (state.gone) return;
    requestAnimationFrame(tick);
    const gone = Math.min(Math.max(now - state.before, 0), 250);
    state.before = now;
    if (!playing() || !state.ready || !state.seen || document.hidden) return;
    state.time = (state.time + ((gone / 1000) * fps) / frames) % 1;
    show();
    if (now - state.told > SAID) tell();
  }
  function label() {
    play.textContent = playing() ? "Pause" : "Play";
  }
  function pause(paused) {
    model.set("paused", paused);
    tell();
  }
  const heard = {
    time: () => {
      if (state.telling) return;
      state.time = Math.min(Math.max(model.get("time"), 0), 1);
      show();
    },
    paused: () => {
      label();
      show();
    },
    zoom: show,
    hue: show,
  };
  for (const [name, hear] of Object.entries(heard)) model.on(`change:${name}`, hear);
  play.addEventListener("click", () => pause(playing()));
  canvas.addEventListener("click", () => pause(playing()));
  place.addEventListener("input", () => {
    state.time = Number(place.value);
    show();
    if (performance.now() - state.told > SAID) tell();
  });
  place.addEventListener("change", tell);
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // which asks for it back
    state.ready = false;
  });
  canvas.addEventListener("webglcontextrestored", begin);
  const watching = new IntersectionObserver(([entry]) => (state.seen = entry.isIntersecting));
  watching.observe(canvas);
  const fitting = new ResizeObserver(() => show());
  fitting.observe(canvas);

  async function begin() {
    try {
      await device.start();
      await device.measure({ time: state.time, view: { x: 0, y: 0, zoom: 1 } });
      state.ready = true;
      show();
    } catch (error) {
      if (!state.gone && !device.gl.isContextLost()) said.textContent = `cannot be drawn here: ${error.message.trim()}`;
    }
  }
  label();
  if (device.gl) {
    if (still && playing()) pause(true);
    begin();
    requestAnimationFrame(tick);
  } else said.textContent = "this browser has no WebGL 2: the first frame";
  // What shows it calls this when the cell goes: browsers have few contexts.
  return () => {
    state.gone = true;
    for (const [name, hear] of Object.entries(heard)) model.off(`change:${name}`, hear);
    watching.disconnect();
    fitting.disconnect();
    device.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  };
}
export default { render };
