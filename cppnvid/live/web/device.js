// The device: one program, a film's numbers as its data, and pictures of any size. `film` may be
// changed for another of the same form.
import { columnsOf } from "./numbers.js";

const POSITIONS = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }`;

export class Device {
  constructor(canvas, film, lowPower) {
    const powerPreference = lowPower ? "low-power" : "default";
    Object.assign(this, { canvas, film });
    this.gl = canvas.getContext("webgl2", { alpha: false, antialias: false, powerPreference });
  }
  // Compile the program without holding up the page, where the browser can, and send what is fixed.
  async start() {
    const gl = this.gl;
    const program = gl.createProgram();
    const shader = (kind, source) => {
      const made = gl.createShader(kind);
      gl.shaderSource(made, source);
      gl.compileShader(made);
      gl.attachShader(program, made);
      return made;
    };
    shader(gl.VERTEX_SHADER, POSITIONS);
    const fragment = shader(gl.FRAGMENT_SHADER, this.film.data.shader);
    gl.linkProgram(program);
    const parallel = gl.getExtension("KHR_parallel_shader_compile");
    while (parallel && !gl.isContextLost() && !gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR))
      await new Promise((resolve) => setTimeout(resolve, 16));
    if (gl.isContextLost()) throw new Error("the graphics context was lost");
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new Error(`${gl.getShaderInfoLog(fragment) || ""} ${gl.getProgramInfoLog(program) || ""}`);
    gl.useProgram(program);
    this.place = {};
    for (const name of ["numbers", "frame", "height", "samples", "gradient", "weights"])
      this.place[name] = gl.getUniformLocation(program, name);
    this.sendGradient();
    this.sendWeights = this.film.data.weights === "uniform" ? this.block(program) : this.texture();
    this.most = Math.min(gl.getParameter(gl.MAX_RENDERBUFFER_SIZE), ...gl.getParameter(gl.MAX_VIEWPORT_DIMS));
  }
  table(unit, width, height, stored, sent, values) {
    const gl = this.gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, stored, width, height, 0, sent, gl.FLOAT, values);
  }
  sendGradient() {
    if (!this.film.data.gradient) return;
    const columns = columnsOf(this.film.data.gradient), count = columns[0].length;
    const colours = Float32Array.from({ length: 3 * count }, (_, k) => columns[k % 3][Math.floor(k / 3)] / 32767);
    this.table(0, count, 1, this.gl.RGB32F, this.gl.RGB, colours);
    this.gl.uniform1i(this.place.gradient, 0);
  }
  // Return what sends the network's numbers: as a uniform block, which every device has 16 KiB of …
  block(program) {
    const gl = this.gl;
    gl.bindBufferBase(gl.UNIFORM_BUFFER, 0, gl.createBuffer());
    gl.bufferData(gl.UNIFORM_BUFFER, this.film.weights.byteLength, gl.DYNAMIC_DRAW);
    gl.uniformBlockBinding(program, gl.getUniformBlockIndex(program, "Weights"), 0);
    return () => gl.bufferSubData(gl.UNIFORM_BUFFER, 0, this.film.weights);
  }
  // … or as a texture, 256 vectors wide.
  texture() {
    const gl = this.gl;
    const height = Math.ceil(this.film.weights.length / 1024), all = new Float32Array(1024 * height);
    this.table(1, 256, height, gl.RGBA32F, gl.RGBA, all);
    gl.uniform1i(this.place.weights, 1);
    return () => {
      all.set(this.film.weights);
      gl.activeTexture(gl.TEXTURE1);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, height, gl.RGBA, gl.FLOAT, all);
    };
  }
  // Draw a picture, { time, width, height, view, samples }, where the device looks: from this one of
  // its pixels on, counted from the top left, `height` rows.
  paint(picture, left = 0, top = 0, height = picture.height) {
    const gl = this.gl;
    const [x, y, across, down] = this.film.frame(picture.width, picture.height, picture.view);
    gl.uniform1fv(this.place.numbers, this.film.at(picture.time));
    this.sendWeights();
    gl.uniform4f(this.place.frame, x - left, y - top, across, down);
    gl.uniform1f(this.place.height, height);
    gl.uniform1i(this.place.samples, picture.samples);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
  // A canvas loses what is on it even if its size is set to what it was.
  resize(width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
  }
  // Draw a picture on the canvas, at once.
  show(picture) {
    this.resize(picture.width, picture.height);
    this.gl.bindFramebuffer(this.gl.FRAMEBUFFER, null);
    this.gl.viewport(0, 0, picture.width, picture.height);
    this.paint(picture);
  }
  // Work on a hidden picture of this size, and give it back whatever happens.
  async hidden(width, height, work) {
    const gl = this.gl;
    const framebuffer = gl.createFramebuffer(), pixels = gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, pixels);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, pixels);
    try {
      return await work(framebuffer);
    } finally {
      gl.disable(gl.SCISSOR_TEST);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.deleteFramebuffer(framebuffer);
      gl.deleteRenderbuffer(pixels);
    }
  }
  // Draw a part of a picture on a hidden one of the part's size; return it as RGBA, top row first.
  async part(picture, left, top, width, height) {
    const gl = this.gl;
    return this.hidden(width, height, () => {
      gl.viewport(0, 0, width, height);
      this.paint(picture, left, top, height);
      const found = new Uint8Array(4 * width * height), turned = new Uint8Array(found.length);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, found);
      for (let row = 0; row < height; row++)
        turned.set(found.subarray(4 * width * row, 4 * width * (row + 1)), 4 * width * (height - 1 - row));
      return turned;
    });
  }
  // Measure how many milliseconds a million samples take; the first draw compiles, and is not counted.
  async measure(picture) {
    const small = { ...picture, width: 48, height: 48, samples: 1 };
    await this.part(small, 0, 0, 48, 48);
    const start = performance.now();
    await this.part(small, 0, 0, 48, 48);
    this.cost = Math.max(((performance.now() - start) / 48 ** 2) * 1e6, 1e-3);
  }
  // Draw a picture on the canvas in strips, each as long as a device may be kept busy, and show it
  // when it is whole. Stop, and return false, where `wanted` says that nobody waits for it any more.
  async showInStrips(picture, wanted) {
    const gl = this.gl, { width, height } = picture;
    let rows = Math.max(1, Math.ceil(20000 / width));
    return this.hidden(width, height, async (framebuffer) => {
      for (let done = 0; done < height; ) {
        gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
        gl.viewport(0, 0, width, height);
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(0, done, width, rows);
        const start = performance.now();
        this.paint(picture);
        gl.readPixels(0, done, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits for it
        gl.disable(gl.SCISSOR_TEST);
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        done += rows;
        rows = Math.max(1, Math.round(rows * Math.min(Math.max(60 / (performance.now() - start + 1), 0.5), 4)));
        if (done < height) await new Promise((resolve) => setTimeout(resolve));
        if (!wanted() || gl.isContextLost()) return false;
      }
      this.resize(width, height);
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, framebuffer);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
      return true;
    });
  }
}
