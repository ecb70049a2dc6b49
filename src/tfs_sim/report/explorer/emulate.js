// What calibration/processes.py and reasons/surfaces.py say of a place, said again in the page; a test holds both together.
"use strict";
const Emulate = (() => {
  const NUGGET = 4, FORMS = 5, CONSTANT = 1, STUDDED = 1e-9, LEAST = 1e-12;
  const WIDE = Math.sqrt(12), BEND = Math.sqrt(5) / 2;

  const spread = u => Float64Array.from(u, each => WIDE * (each - 0.5));
  const bent = x => Float64Array.from(x, each => (each * each - 1) * BEND);

  // Covariance of values at two inputs (`_covariance`), of a process whose parts are in `p`.
  function covariance(a, b, bentA, bentB, p) {
    let far = 0, inner = 0, even = 0;
    for (let j = 0; j < a.length; j++) {
      far += p.weights[j] * (a[j] - b[j]) * (a[j] - b[j]);
      inner += a[j] * b[j];
      even += bentA[j] * bentB[j];
    }
    inner /= a.length;
    even /= a.length;
    return CONSTANT + p.linear * inner + p.joint * inner * inner + p.bend * even + p.smooth * Math.exp(-0.5 * far);
  }

  // A process from what it was fitted to; its factor is made when it is first asked for.
  class Process {
    constructor(data, places) {
      const [linear, bend, joint, smooth] = data.shape.slice(0, NUGGET).map(Math.exp);
      Object.assign(this, {linear, bend, joint, smooth});
      this.weights = data.shape.slice(FORMS);
      this.nugget = Math.exp(data.shape[NUGGET]);
      this.centre = data.centre;
      this.size = data.size;
      this.scale = data.scale;
      this.data = data;
      this.at_ = data.at || places.map((_, n) => n);
      this.x = this.at_.map(n => spread(places[n]));
      this.bent = this.x.map(bent);
    }

    solve() {
      if (this.factor) return;
      const n = this.x.length, L = [];
      for (let i = 0; i < n; i++) {
        const row = L[i] = new Float64Array(i + 1);
        for (let k = 0; k <= i; k++) {
          let sum = covariance(this.x[i], this.x[k], this.bent[i], this.bent[k], this);
          if (i === k) {
            const noise = this.data.noise ? this.data.noise[i] / (this.size * this.size) : 0;
            sum += noise + this.nugget + STUDDED;
          }
          const other = L[k];
          for (let j = 0; j < k; j++) sum -= row[j] * other[j];
          row[k] = i === k ? Math.sqrt(sum) : sum / other[k];
        }
      }
      const half = this.forward(L, Float64Array.from(this.data.values, v => (v - this.centre) / this.size));
      for (let i = n - 1; i >= 0; i--) {
        for (let j = i + 1; j < n; j++) half[i] -= L[j][i] * half[j];
        half[i] /= L[i][i];
      }
      this.factor = L;
      this.solved = half;
    }

    forward(L, right) {
      const out = Float64Array.from(right);
      for (let i = 0; i < out.length; i++) {
        for (let j = 0; j < i; j++) out[i] -= L[i][j] * out[j];
        out[i] /= L[i][i];
      }
      return out;
    }

    // Mean and variance at a place in [0, 1] (`Process.at`); the mean alone where that is all that is asked for.
    at(u, alone) {
      this.solve();
      const x = spread(u), b = bent(x), cross = new Float64Array(this.x.length);
      let mean = 0;
      for (let i = 0; i < cross.length; i++) {
        cross[i] = covariance(x, this.x[i], b, this.bent[i], this);
        mean += cross[i] * this.solved[i];
      }
      mean = this.centre + this.size * mean;
      if (alone) return [mean, NaN];
      let variance = covariance(x, x, b, b, this);
      for (const each of this.forward(this.factor, cross)) variance -= each * each;
      return [mean, this.size * this.size * (Math.max(variance, LEAST) + this.nugget)];
    }
  }

  // What is known of one quantity over the sliders (`Subject`).
  class Subject {
    constructor(data, places) {
      Object.assign(this, data);
      if (data.same !== null) return;
      this.process = new Process(data.mean, places);
      this.spreads = [data.between, data.luck].map(each => each && new Process(each, places));
    }

    at(u) {
      if (this.same !== null) return {mean: this.same, error: 0, sets: 0, luck: 0};
      const [mean, variance] = this.process.at(u);
      const several = [this.sets_ > 1, this.replicates > 1];
      const [sets, luck] = this.spreads.map((each, n) => each ? Math.sqrt(each.scale * Math.exp(each.at(u, true)[0]))
        : several[n] ? 0 : NaN);
      return {mean, error: Math.sqrt(variance * this.inflation), sets, luck};
    }

    mean_(u) {
      return this.same !== null ? this.same : this.process.at(u, true)[0];
    }
  }

  // How far a place is from the nearest run (`distances`).
  function distance(u, places) {
    let least = Infinity;
    for (const each of places) {
      let sum = 0;
      for (let j = 0; j < u.length; j++) sum += (u[j] - each[j]) * (u[j] - each[j]);
      least = Math.min(least, sum / u.length);
    }
    return Math.sqrt(least);
  }

  return {Subject, distance};
})();
