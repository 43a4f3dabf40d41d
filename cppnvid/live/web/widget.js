// The widget: the film in a notebook's cell, where `time`, `zoom`, `hue` and `paused` are the same
// here and in Python. What it is shown in gives `model` and `el` (see anywidget.dev).
//
// While it plays it says where it is by `now`, which Python never sets: a `time` on its way from here
// would undo one that Python sets meanwhile. Python then takes it as `time`, which comes back.
import { Device } from "./device.js";
import { fineness } from "./fineness.js";
import { Film } from "./numbers.js";

const SAID = 500; // milliseconds between two messages that say where a playing film is
const KEPT = 100; // of what was said: what comes back is no wish to go there

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

class Cell {
  constructor(model, el) {
    this.model = model;
    this.film = new Turned(model.get("film"));
    this.time = model.get("time");
    this.told = [];
    Object.assign(this, { ready: false, seen: true, telling: false, before: 0, last: 0, gone: false });
    this.furnish(el);
    this.device = new Device(this.canvas, this.film, false);
    this.heard = {
      time: () => this.telling || this.told.includes(model.get("time")) || this.seek(model.get("time")),
      paused: () => this.telling || this.tell(),
      zoom: () => this.show(),
      hue: () => this.show(),
    };
    this.watching = new IntersectionObserver(([entry]) => (this.seen = entry.isIntersecting));
    this.fitting = new ResizeObserver(() => this.show());
  }
  furnish(el) {
    const { size, title, poster } = this.film.data;
    this.canvas = made("canvas", { className: "cppnvid-film" });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", title);
    this.canvas.style.aspectRatio = `${size[0]} / ${size[1]}`;
    this.canvas.style.backgroundImage = `url("${poster}")`;
    this.play = made("button", { type: "button" });
    this.place = made("input", { type: "range", min: 0, max: 1, step: "any", value: this.time });
    this.place.setAttribute("aria-label", "Position");
    this.said = made("span", { className: "cppnvid-said" });
    this.said.setAttribute("role", "status");
    const bar = made("div", { className: "cppnvid-bar" });
    bar.append(this.play, this.place, this.said);
    el.append(this.canvas, bar);
  }
  listen() {
    for (const [name, hear] of Object.entries(this.heard)) this.model.on(`change:${name}`, hear);
    for (const one of [this.play, this.canvas]) one.addEventListener("click", () => this.pause(this.playing));
    this.place.addEventListener("input", () => {
      this.seek(Number(this.place.value));
      if (performance.now() - this.last > SAID) this.tell({ time: this.time });
    });
    this.place.addEventListener("change", () => this.tell({ time: this.time }));
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault(); // which asks for it back
      this.ready = false;
    });
    this.canvas.addEventListener("webglcontextrestored", () => this.begin());
    this.watching.observe(this.canvas);
    this.fitting.observe(this.canvas);
  }
  get playing() {
    return !this.model.get("paused");
  }
  seek(time) {
    this.time = time;
    this.show();
  }
  show() {
    this.film.hue = this.model.get("hue");
    this.place.value = this.time;
    if (!this.ready || this.device.gl.isContextLost()) return;
    const ratio = window.devicePixelRatio || 1;
    const sides = [this.canvas.clientWidth, this.canvas.clientHeight].map((side) => side * ratio);
    const { scale, samples } = fineness(this.device, sides[0] * sides[1], this.film.data.samples);
    const [width, height] = sides.map((side) => Math.max(1, Math.round(side * scale)));
    this.device.show({ time: this.time, width, height, view: { x: 0, y: 0, zoom: this.model.get("zoom") }, samples });
  }
  // Say in Python where the film is, and what a hand did.
  tell(done = {}) {
    this.telling = true;
    for (const [name, value] of Object.entries({ now: this.time, ...done })) this.model.set(name, value);
    this.telling = false;
    this.model.save_changes();
    this.label();
    this.last = performance.now();
    this.told = [...this.told.slice(-KEPT), this.time];
  }
  pause(paused) {
    this.tell(paused ? { paused, time: this.time } : { paused });
  }
  label() {
    this.play.textContent = this.playing ? "Pause" : "Play";
  }
  tick(now) {
    if (this.gone) return;
    requestAnimationFrame((later) => this.tick(later));
    const passed = Math.min(Math.max(now - this.before, 0), 250) / 1000;
    this.before = now;
    if (!this.playing || !this.ready || !this.seen || document.hidden) return;
    this.seek((this.time + (passed * this.film.data.fps) / this.film.data.frames) % 1);
    if (now - this.last > SAID) this.tell();
  }
  async begin() {
    try {
      await this.device.start();
      await this.device.measure({ time: this.time, view: { x: 0, y: 0, zoom: 1 } });
      this.ready = true;
      this.show();
    } catch (error) {
      if (this.gone || this.device.gl.isContextLost()) return;
      this.said.textContent = `cannot be drawn here: ${error.message.trim()}`;
    }
  }
  start() {
    this.label();
    if (!this.device.gl) {
      this.said.textContent = "this browser has no WebGL 2: the first frame";
      return;
    }
    this.listen();
    if (this.playing && matchMedia("(prefers-reduced-motion: reduce)").matches) this.pause(true);
    this.begin();
    requestAnimationFrame((now) => this.tick(now));
  }
  // Let go of everything: browsers have few contexts.
  stop() {
    this.gone = true;
    for (const [name, hear] of Object.entries(this.heard)) this.model.off(`change:${name}`, hear);
    this.watching.disconnect();
    this.fitting.disconnect();
    this.device.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

export function render({ model, el }) {
  const cell = new Cell(model, el);
  cell.start();
  return () => cell.stop(); // called when the cell goes
}
