// The film: a row of numbers for every time, and the network that the row describes.
// Nothing here knows of paths, easing or sound: all that is in the rows (see live/matrix.py).
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);

class Film {
  constructor(data) {
    this.data = data;
    this.steps = data.steps; // intervals between rows
    this.moving = data.moving; // the numbers of a row that change during the film
    this.rows = floatsOf(data.rows); // of those numbers alone
    this.ways = bytesOf(data.ways); // how to go from each row to the next
    this.directions = floatsOf(data.directions);
    this.places = new (data.wide ? Uint32Array : Uint16Array)(bytesOf(data.places).buffer);
    this.row = Float64Array.from(floatsOf(data.first));
    this.weights = new Float32Array(4 * data.vectors); // the network as the shader reads it
    this.shares = data.tensors.reduce((sum, [rank]) => sum + rank, 0);
    this.time = -1;
  }
  // One number of a row. Beyond its ends a loop goes on from its other end, and angles by a turn.
  cell(row, column) {
    const count = this.moving.length, last = this.steps;
    const at = (k) => this.rows[k * count + column];
    if (row >= 0 && row <= last) return at(row);
    if (this.data.loop === "closed")
      return row < 0 ? at(last - 1) + at(0) - at(last) : at(1) + at(last) - at(0);
    if (this.data.loop === "ping-pong") return row < 0 ? at(1) : at(last - 1);
    return row < 0 ? 2 * at(0) - at(1) : 2 * at(last) - at(last - 1);
  }
  // Set the row of a time from 0 to 1: by a cubic (0), a straight line (1), or the nearer end (2, 3).
  setRow(time) {
    let place = Math.min(Math.max(time, 0), 1) * this.steps;
    if (Math.abs(place - Math.round(place)) < 1e-6) place = Math.round(place); // 1/3 · 24 is below 8
    const k = Math.min(Math.floor(place), this.steps - 1);
    const share = place - k, way = share === 0 ? 2 : share === 1 ? 3 : this.ways[k];
    this.moving.forEach((number, column) => {
      const b = this.cell(k, column), c = this.cell(k + 1, column);
      let value = way === 3 ? c : b;
      if (way === 1) value = b + share * (c - b);
      if (way === 0) {
        const a = this.cell(k - 1, column), d = this.cell(k + 2, column);
        const bend = 2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a);
        value = b + (share / 2) * (c - a + share * bend);
      }
      this.row[number] = value;
    });
  }
  // Fill `weights` with the network of a time, and return the numbers of its view and its colours.
  at(time) {
    if (time !== this.time) {
      this.setRow(time);
      let share = 0, direction = 0, place = 0;
      for (const [rank, count] of this.data.tensors) {
        for (let i = 0; i < count; i++) {
          let value = 0;
          for (let k = 0; k < rank; k++) value += this.row[share + k] * this.directions[direction + k * count + i];
          this.weights[this.places[place + i]] = value;
        }
        share += rank;
        direction += rank * count;
        place += count;
      }
      this.time = time;
    }
    return Float32Array.from(this.row.subarray(this.shares));
  }
  // The pixel of a picture at which the plane's origin is, and how many pixels are one unit of it.
  // The picture's size enters by width, height and shorter side, as Python says; `view` is what a
  // hand did: where the middle went, in shorter sides, and how near.
  frame(width, height, view) {
    const shorter = Math.min(width, height);
    const of = ([whole, short, more], side) => whole * side + short * shorter + more;
    const axis = (side, moved) => {
      const origin = of(this.data.origin, side), unit = Math.max(of(this.data.unit, side), 0.5);
      if (view.zoom === 1 && !moved) return [origin, unit];
      return [side / 2 - view.zoom * (side / 2 + moved * shorter - origin), view.zoom * unit];
    };
    const [x, across] = axis(width, view.x), [y, down] = axis(height, view.y);
    return [x, y, across, down];
  }
}
