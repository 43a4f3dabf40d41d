// The film: a row of numbers for every time, and the network that the row describes.
// Nothing here knows of paths, easing or sound: all that is in the rows (see live/matrix.py).
export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);

// Columns of whole numbers, each as its differences of some order, in few bytes (live/packing.py).
export function columnsOf({ columns, data }) {
  const bytes = bytesOf(data);
  let from = 0;
  return columns.map(([count, width, ...heads]) => {
    let values = Array.from({ length: count - heads.length }, () => {
      let value = -(256 ** width) / 2;
      for (let k = 0; k < width; k++) value += bytes[from++] * 256 ** k;
      return value;
    });
    for (let sum of heads.reverse()) values = [sum, ...values.map((step) => (sum += step))];
    return values;
  });
}
// Columns of numbers that are kept as whole steps, from 0 on.
const stepsOf = (packed) => {
  const steps = floatsOf(packed.steps);
  return columnsOf(packed).map((column, k) => Float64Array.from(column, (whole) => whole * steps[k]));
};

export class Film {
  constructor(data) {
    this.data = data;
    this.ways = bytesOf(data.ways); // how to go from each row to the next
    this.directions = stepsOf(data.directions); // one after another, tensor by tensor
    [this.places] = columnsOf(data.places);
    this.row = Float64Array.from(floatsOf(data.first));
    // The numbers that change during the film, as steps from what they are in its first row.
    const column = (steps, k) => steps.map((more) => this.row[data.moving[k]] + more);
    this.columns = stepsOf(data.rows).map((steps, k) => Float64Array.from(this.beyond(column(steps, k))));
    this.weights = new Float32Array(4 * data.vectors); // the network as the shader reads it
    this.shares = data.tensors.reduce((sum, [rank]) => sum + rank, 0);
    this.time = -1;
  }
  // A column with what is before and after it: a loop goes on from its other end, angles by a turn.
  beyond(column) {
    const [first, second] = column, [last, earlier] = [column.at(-1), column.at(-2)];
    if (this.data.loop === "closed") return [earlier + first - last, ...column, second + last - first];
    if (this.data.loop === "ping-pong") return [second, ...column, earlier];
    return [2 * first - second, ...column, 2 * last - earlier];
  }
  // Set the row of a time from 0 to 1: by a cubic (0), a straight line (1), or the nearer end (2, 3).
  setRow(time) {
    let place = Math.min(Math.max(time, 0), 1) * this.data.steps;
    if (Math.abs(place - Math.round(place)) < 1e-6) place = Math.round(place); // 1/3 · 24 is below 8
    const k = Math.min(Math.floor(place), this.data.steps - 1);
    const share = place - k, way = share === 0 ? 2 : share === 1 ? 3 : this.ways[k];
    this.columns.forEach((column, number) => {
      const [a, b, c, d] = column.slice(k, k + 4), straight = b + share * (c - b);
      const bend = 2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a);
      this.row[this.data.moving[number]] = [b + (share / 2) * (c - a + share * bend), straight, b, c][way];
    });
  }
  // Fill `weights` with the network of a time, and return the numbers of its view and its colours.
  at(time) {
    if (time !== this.time) {
      this.setRow(time);
      let share = 0, place = 0;
      for (const [rank, count] of this.data.tensors) {
        for (let i = 0; i < count; i++) {
          let value = 0;
          for (let k = 0; k < rank; k++) value += this.row[share + k] * this.directions[share + k][i];
          this.weights[this.places[place + i]] = value;
        }
        share += rank;
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
