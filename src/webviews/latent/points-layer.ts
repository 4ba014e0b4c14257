// Draws the points with WebGL2 in one call: 70,000 move between two epochs on the GPU while the camera pans and zooms. All
// data stays in host arrays too, so that a lost context (the page was hidden, the driver restarted) is rebuilt silently.
// Where WebGL2 is not to be had, CanvasPoints draws the same pictures more slowly.
import type { Camera, Size } from './camera.ts';
import { CELL, SHEET_CELLS, SHEET_MARKS } from './glyph-sheet.ts';

/** What each point looks like. */
export interface PointLooks {
  /** count × RGBA bytes; alpha 0 hides the point. */
  readonly colors: Uint8Array;
  /** Cell of the glyph sheet. */
  readonly marks: Uint8Array;
  /** Size relative to the common size, 100 is the same. */
  readonly sizes: Uint8Array;
}

export interface PointFrame {
  readonly camera: Camera;
  readonly size: Size;
  readonly pixelRatio: number;
  /** 0: at `from`, 1: at `to`. */
  readonly progress: number;
  /** CSS pixels. */
  readonly diameter: number;
  /** [0, 1] */
  readonly opacity: number;
  /** RGB in [0, 1] of the thin edge. */
  readonly edge: readonly [number, number, number];
}

export interface PointRenderer {
  /** No graphics card draws: every picture takes its time from whatever else the processor does. */
  readonly onProcessor: boolean;
  setPositions(from: Float32Array, to: Float32Array): void;
  setLooks(looks: PointLooks): void;
  setSheet(sheet: OffscreenCanvas): void;
  /** False when nothing could be drawn now; `onRestored` will tell when to try again. */
  draw(frame: PointFrame): boolean;
  dispose(): void;
}

const vertexShader = `#version 300 es
in vec2 from;
in vec2 to;
in vec4 color;
in float mark;
in float size;
uniform vec3 camera;
uniform vec2 halfSize;
uniform float progress;
uniform float diameter;
out vec4 pointColor;
flat out vec2 cell;
void main() {
  vec2 place = (mix(from, to, progress) - camera.xy) * camera.z / halfSize;
  gl_Position = color.a == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(place, 0.0, 1.0);
  gl_PointSize = diameter * size / 100.0;
  pointColor = color;
  cell = vec2(mod(mark, ${SHEET_CELLS}.0), floor(mark / ${SHEET_CELLS}.0));
}`;

const fragmentShader = `#version 300 es
precision mediump float;
in vec4 pointColor;
flat in vec2 cell;
uniform sampler2D sheet;
uniform vec3 edge;
uniform float opacity;
out vec4 result;
void main() {
  vec4 texel = texture(sheet, (cell + gl_PointCoord) / ${SHEET_CELLS}.0);
  result = vec4(pointColor.rgb * texel.r + edge * (texel.a - texel.r), texel.a) * opacity * pointColor.a;
}`;

/** WebGL2 where it works, else a 2-D canvas. `onRestored` is called when a lost context is back. */
export function createPointRenderer(canvas: HTMLCanvasElement, onRestored: () => void): PointRenderer {
  const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true, alpha: true });
  return gl === null ? new CanvasPoints(canvas) : new WebGLPoints(canvas, gl, onRestored);
}

interface Resources {
  readonly program: WebGLProgram;
  readonly buffers: Readonly<Record<'from' | 'to' | 'color' | 'mark' | 'size', WebGLBuffer>>;
  readonly texture: WebGLTexture;
  readonly uniform: (name: string) => WebGLUniformLocation | null;
}

class WebGLPoints implements PointRenderer {
  private resources: Resources | undefined;
  private from: Float32Array = new Float32Array(0);
  private to: Float32Array = new Float32Array(0);
  private looks: PointLooks = { colors: new Uint8Array(0), marks: new Uint8Array(0), sizes: new Uint8Array(0) };
  private sheet: OffscreenCanvas | undefined;
  /** What still has to go to the GPU. */
  private readonly stale = new Set<'positions' | 'looks' | 'sheet'>();
  private readonly abort = new AbortController();
  readonly onProcessor: boolean;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly gl: WebGL2RenderingContext, onRestored: () => void) {
    const { signal } = this.abort;
    this.onProcessor = isSoftware(gl);
    // preventDefault asks the browser to give the context back.
    canvas.addEventListener('webglcontextlost', event => { event.preventDefault(); this.resources = undefined; }, { signal });
    canvas.addEventListener('webglcontextrestored', onRestored, { signal });
  }

  setPositions(from: Float32Array, to: Float32Array): void {
    this.from = from;
    this.to = to;
    this.stale.add('positions');
  }

  setLooks(looks: PointLooks): void {
    this.looks = looks;
    this.stale.add('looks');
  }

  setSheet(sheet: OffscreenCanvas): void {
    this.sheet = sheet;
    this.stale.add('sheet');
  }

  draw(frame: PointFrame): boolean {
    const { gl, canvas } = this;
    if (gl.isContextLost()) return false;
    const { program, uniform, texture } = this.prepared();
    const width = Math.max(1, Math.round(frame.size.width * frame.pixelRatio));
    const height = Math.max(1, Math.round(frame.size.height * frame.pixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const count = Math.min(this.to.length / 2, this.looks.marks.length);
    if (count === 0 || this.sheet === undefined) return true;
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(uniform('sheet'), 0);
    gl.uniform3f(uniform('camera'), frame.camera.x, frame.camera.y, frame.camera.scale);
    gl.uniform2f(uniform('halfSize'), frame.size.width / 2, frame.size.height / 2);
    gl.uniform1f(uniform('progress'), frame.progress);
    // A mark fills about 60 % of its cell.
    gl.uniform1f(uniform('diameter'), (frame.diameter / 0.6) * frame.pixelRatio);
    gl.uniform1f(uniform('opacity'), frame.opacity);
    gl.uniform3f(uniform('edge'), ...frame.edge);
    gl.drawArrays(gl.POINTS, 0, count);
    return true;
  }

  dispose(): void {
    this.abort.abort();
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private prepared(): Resources {
    const { gl } = this;
    if (this.resources === undefined) {
      this.resources = build(gl);
      (['positions', 'looks', 'sheet'] as const).forEach(part => this.stale.add(part));
    }
    const { buffers, texture } = this.resources;
    const upload = (buffer: WebGLBuffer, data: Float32Array | Uint8Array) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    };
    if (this.stale.has('positions')) {
      upload(buffers.from, this.from);
      upload(buffers.to, this.to);
    }
    if (this.stale.has('looks')) {
      upload(buffers.color, this.looks.colors);
      upload(buffers.mark, this.looks.marks);
      upload(buffers.size, this.looks.sizes);
    }
    if (this.stale.has('sheet') && this.sheet !== undefined) {
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.sheet);
      gl.generateMipmap(gl.TEXTURE_2D);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    }
    this.stale.clear();
    return this.resources;
  }
}

/** Whether WebGL is computed by the processor, by the name of its driver; one that hides its name counts as a graphics card. */
function isSoftware(gl: WebGL2RenderingContext): boolean {
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return names !== null && /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)));
}

function build(gl: WebGL2RenderingContext): Resources {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]] as const) {
    const shader = gl.createShader(type);
    if (shader === null) continue;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The graphics driver refused the point shader: ${gl.getProgramInfoLog(program) ?? 'no reason given'}.`);
  }
  const attribute = (name: string, items: number, type: number, normalized: boolean): WebGLBuffer => {
    const buffer = gl.createBuffer();
    const location = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, items, type, normalized, 0, 0);
    return buffer;
  };
  const locations = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    texture: gl.createTexture(),
    buffers: {
      from: attribute('from', 2, gl.FLOAT, false),
      to: attribute('to', 2, gl.FLOAT, false),
      color: attribute('color', 4, gl.UNSIGNED_BYTE, true),
      mark: attribute('mark', 1, gl.UNSIGNED_BYTE, false),
      size: attribute('size', 1, gl.UNSIGNED_BYTE, false),
    },
    uniform: name => {
      if (!locations.has(name)) locations.set(name, gl.getUniformLocation(program, name));
      return locations.get(name)!;
    },
  };
}

/** The same on a 2-D canvas: every mark is tinted once per colour and then stamped. */
class CanvasPoints implements PointRenderer {
  readonly onProcessor = true;
  private from: Float32Array = new Float32Array(0);
  private to: Float32Array = new Float32Array(0);
  private looks: PointLooks = { colors: new Uint8Array(0), marks: new Uint8Array(0), sizes: new Uint8Array(0) };
  private sheet: OffscreenCanvas | undefined;
  private readonly stamps = new Map<number, OffscreenCanvas>();

  constructor(private readonly canvas: HTMLCanvasElement) {}

  setPositions(from: Float32Array, to: Float32Array): void {
    this.from = from;
    this.to = to;
  }

  setLooks(looks: PointLooks): void {
    this.looks = looks;
  }

  setSheet(sheet: OffscreenCanvas): void {
    this.sheet = sheet;
    this.stamps.clear();
  }

  draw({ camera, size, pixelRatio, progress, diameter, opacity, edge }: PointFrame): boolean {
    this.canvas.width = Math.max(1, Math.round(size.width * pixelRatio));
    this.canvas.height = Math.max(1, Math.round(size.height * pixelRatio));
    const ctx = this.canvas.getContext('2d')!;
    ctx.scale(pixelRatio, pixelRatio);
    ctx.globalAlpha = opacity;
    const { colors, marks, sizes } = this.looks;
    const count = Math.min(this.to.length / 2, marks.length);
    for (let i = 0; i < count; i++) {
      if (colors[4 * i + 3] === 0) continue;
      const x = this.from[2 * i]! + (this.to[2 * i]! - this.from[2 * i]!) * progress;
      const y = this.from[2 * i + 1]! + (this.to[2 * i + 1]! - this.from[2 * i + 1]!) * progress;
      const side = (diameter / 0.6) * (sizes[i]! / 100);
      const left = size.width / 2 + (x - camera.x) * camera.scale - side / 2;
      const top = size.height / 2 - (y - camera.y) * camera.scale - side / 2;
      if (left > -side && top > -side && left < size.width && top < size.height) {
        ctx.drawImage(this.stamp(marks[i]!, colors[4 * i]!, colors[4 * i + 1]!, colors[4 * i + 2]!, edge), left, top, side, side);
      }
    }
    return true;
  }

  dispose(): void {
    this.stamps.clear();
  }

  private stamp(mark: number, r: number, g: number, b: number, edge: PointFrame['edge']): OffscreenCanvas {
    const key = ((mark % SHEET_MARKS) * 256 + r) * 65536 + g * 256 + b;
    const known = this.stamps.get(key);
    if (known !== undefined) return known;
    // Small, because it is drawn small: shrinking 64 pixels to 6 for every point would cost more than drawing.
    const side = 24;
    const stamp = new OffscreenCanvas(side, side);
    const ctx = stamp.getContext('2d')!;
    if (this.sheet !== undefined) ctx.drawImage(this.sheet, (mark % SHEET_CELLS) * CELL, Math.floor(mark / SHEET_CELLS) * CELL, CELL, CELL, 0, 0, side, side);
    const image = ctx.getImageData(0, 0, side, side);
    for (let i = 0; i < image.data.length; i += 4) {
      const fill = image.data[i]! / 255;
      image.data[i] = r * fill + edge[0] * 255 * (1 - fill);
      image.data[i + 1] = g * fill + edge[1] * 255 * (1 - fill);
      image.data[i + 2] = b * fill + edge[2] * 255 * (1 - fill);
    }
    ctx.putImageData(image, 0, 0);
    this.stamps.set(key, stamp);
    return stamp;
  }
}
