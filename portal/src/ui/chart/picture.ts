import { copyOfDrawing, plainColour, SVG } from './picture-drawing.ts';
import { fontsOf } from './picture-fonts.ts';
import { pngOf } from './picture-png.ts';

/** What stands in a block for hands, not for eyes. */
const NOT_SHOWN = '.vh, .kinds, .measures, .choices, .tools, .of-block, .btn, .floating, .aside, button:not([aria-pressed="true"])';
/** Series that are switched off: the others close ranks. */
const OFF = '[aria-pressed="false"]';
const ROOM = 16;
const NOTE = { size: 12, height: 28 };
/** PNG has so many pixels for each of the page's: sharp on paper and on dense screens. */
const SCALE = 2;

export type PictureKind = 'svg' | 'png';

interface Place {
  x: number;
  y: number;
}
interface Drawn {
  root: SVGSVGElement;
  origin: Place;
  /** how far what was drawn reaches, px from the origin */
  width: number;
  height: number;
}

/**
 * Saves a block with its drawing, title, legend and words as a file: what is on the page as it is now, in the theme of whoever looks.
 * @param title and period name the file; the period is also written under the drawing
 * @throws Error when the browser cannot make the picture
 */
export async function savePicture(block: HTMLElement, kind: PictureKind, title: string, period: string): Promise<void> {
  const root = pictureOf(block, period);
  const bytes = kind === 'svg' ? await svgOf(root) : await pngOf(root, SCALE);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = `${`${title}, ${period}`.replaceAll('\u00a0', ' ').replace(/[\\/:*?"<>|]/g, '-')}.${kind}`;
  link.click();
  // the browser has taken it by the next turn
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/** Needs no style sheet, no other file and no page. */
async function svgOf(root: SVGSVGElement): Promise<Blob> {
  const fonts = make('style', {});
  fonts.textContent = `text{font-variant-numeric:tabular-nums}${await fontsOf(root)}`;
  root.prepend(fonts);
  return new Blob([new XMLSerializer().serializeToString(root)], { type: 'image/svg+xml' });
}

function pictureOf(block: HTMLElement, period: string): SVGSVGElement {
  const putBack = unroll(block);
  const drawn = begin(block);
  try {
    visit(block, drawn, 1);
  } finally {
    putBack();
  }
  const { root } = drawn;
  const height = Math.ceil(drawn.height) + NOTE.height;
  const width = Math.ceil(drawn.width) + 1;
  const style = getComputedStyle(block);
  const note = make('text', {
    ...{ x: ROOM, y: height - NOTE.height / 2 + NOTE.size / 3, fill: plainColour(style.color).colour, 'fill-opacity': 0.7 },
    ...{ 'font-family': style.fontFamily, 'font-size': `${NOTE.size}px`, 'font-weight': style.fontWeight },
  });
  note.textContent = period;
  root.append(note);
  root.prepend(make('rect', { width, height, fill: groundOf(block.querySelector('.panel') ?? block) }));
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) root.setAttribute(name, String(value));
  return root;
}

function begin(block: HTMLElement): Drawn {
  const root = document.createElementNS(SVG, 'svg');
  const { left, top } = block.getBoundingClientRect();
  return { root, origin: { x: left, y: top }, width: 0, height: 0 };
}

/** Lists that scroll within their block are seen whole, and what is switched off leaves no hole. @returns puts everything back */
function unroll(block: HTMLElement): () => void {
  const changed = [...block.querySelectorAll<HTMLElement>('*')].filter((one) => {
    const { overflowX, overflowY } = getComputedStyle(one);
    return one.matches(OFF) || [overflowX, overflowY].some((how) => how === 'auto' || how === 'scroll');
  });
  const before = changed.map((one) => ({ one, css: one.style.cssText, left: one.scrollLeft, top: one.scrollTop }));
  for (const { one } of before)
    Object.assign(one.style, one.matches(OFF) ? { display: 'none' } : { overflow: 'visible', maxHeight: 'none' });
  return () => {
    for (const { one, css, left, top } of before) {
      one.style.cssText = css;
      one.scrollTo({ left, top });
    }
  };
}

/** @param opacity of what it stands in */
function visit(element: Element, drawn: Drawn, opacity: number): void {
  const style = getComputedStyle(element);
  if (element.matches(NOT_SHOWN) || style.display === 'none' || style.visibility !== 'visible') return;
  const box = element.getBoundingClientRect();
  if (style.overflow === 'hidden' && (box.width <= 1 || box.height <= 1)) return;
  const seen = opacity * Number(style.opacity);
  if (element instanceof SVGSVGElement) {
    put(drawn, groundRect(style, box, drawn, seen), box);
    const copy = copyOfDrawing(element);
    for (const [name, value] of Object.entries(placed(box, drawn.origin))) copy.setAttribute(name, String(value));
    if (seen < 1) copy.setAttribute('opacity', String(seen));
    put(drawn, copy, box);
    return;
  }
  // the panel's own ground is the picture's, without its frame
  put(drawn, element.matches('.panel') ? make('g', {}) : groundRect(style, box, drawn, seen), box);
  for (const child of element.childNodes) {
    if (child instanceof Element) visit(child, drawn, seen);
    else if (child instanceof Text) write(child, style, drawn, seen);
  }
}

function put(drawn: Drawn, one: SVGElement | null, box: DOMRect): void {
  if (one === null) return;
  drawn.root.append(one);
  drawn.width = Math.max(drawn.width, box.right - drawn.origin.x);
  drawn.height = Math.max(drawn.height, box.bottom - drawn.origin.y);
}

/** Its ground and border; null: it has none. */
function groundRect(style: CSSStyleDeclaration, box: DOMRect, { origin }: Drawn, seen: number): SVGElement | null {
  const ground = plainColour(style.backgroundColor);
  const line = Number.parseFloat(style.borderTopWidth);
  const isFramed = line > 0 && Number.parseFloat(style.borderLeftWidth) > 0;
  if (box.width === 0 || box.height === 0) return null;
  if (!isFramed && line > 0) {
    const { x, y, width } = placed(box, origin);
    return make('path', { d: `M${x} ${y + line / 2}h${width}`, ...stroke(style.borderTopColor, line), opacity: seen });
  }
  if (ground.opacity === 0 && !isFramed) return null;
  const { x, y, width, height } = placed(box, origin);
  const half = isFramed ? line / 2 : 0;
  return make('rect', {
    ...{ x: x + half, y: y + half, width: Math.max(0, width - 2 * half), height: Math.max(0, height - 2 * half), opacity: seen },
    ...{ rx: Number.parseFloat(style.borderTopLeftRadius) || 0, fill: ground.colour, 'fill-opacity': ground.opacity },
    ...(isFramed ? stroke(style.borderTopColor, line) : {}),
  });
}

function stroke(colour: string, width: number): Record<string, string | number> {
  const line = plainColour(colour);
  return { stroke: line.colour, 'stroke-opacity': line.opacity, 'stroke-width': width };
}

/** Each line of a text where the page has it; what the page cuts is cut here too. */
function write(node: Text, style: CSSStyleDeclaration, drawn: Drawn, seen: number): void {
  const holder = node.parentElement;
  if (holder === null || node.data.trim() === '') return;
  const clip = cutBy(holder);
  const range = document.createRange();
  const font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  for (const { from, to } of linesOf(node, range)) {
    range.setStart(node, from);
    range.setEnd(node, to);
    let box = range.getBoundingClientRect();
    let end = to;
    while (clip !== null && box.right > clip.right + 0.5 && end > from + 1) {
      range.setEnd(node, --end);
      const part = range.getBoundingClientRect();
      if (part.right + widthOf('…', font) <= clip.right) box = part;
    }
    const text = make('text', {
      ...{
        x: tenth(box.left - drawn.origin.x),
        y: tenth(box.top - drawn.origin.y + ascentOf(font)),
        fill: plainColour(style.color).colour,
      },
      ...{ 'font-family': style.fontFamily, 'font-size': style.fontSize, 'font-weight': style.fontWeight, opacity: seen },
    });
    text.textContent =
      node.data.slice(from, end).replace(/\s+/g, (space) => (space.includes('\u00a0') ? space : ' ')) + (end < to ? '…' : '');
    put(drawn, text, box);
  }
}

/** The nearest box that ends its line with «…»; null: none does. */
function cutBy(holder: Element): DOMRect | null {
  for (let one: Element | null = holder; one !== null; one = one.parentElement)
    if (getComputedStyle(one).textOverflow === 'ellipsis') return one.getBoundingClientRect();
  return null;
}

/** Stretches of a text that stand in one line, without the spaces around them. */
function linesOf(node: Text, range: Range): { from: number; to: number }[] {
  const lines: { from: number; to: number; top: number }[] = [];
  for (const { index, 0: word } of node.data.matchAll(/[^ \t\n\r]+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { top, width } = range.getBoundingClientRect();
    if (width === 0) continue;
    const open = lines.at(-1);
    if (open !== undefined && Math.abs(open.top - top) < 2) open.to = index + word.length;
    else lines.push({ from: index, to: index + word.length, top });
  }
  return lines;
}

const pen = () => document.createElement('canvas').getContext('2d');
let brush: CanvasRenderingContext2D | null = null;

function measured(words: string, font: string): TextMetrics | undefined {
  brush ??= pen();
  if (brush) brush.font = font;
  return brush?.measureText(words);
}
const ascentOf = (font: string): number => measured('x', font)?.fontBoundingBoxAscent ?? 0;
const widthOf = (words: string, font: string): number => measured(words, font)?.width ?? 0;

function groundOf(block: Element): string {
  for (let one: Element | null = block; one !== null; one = one.parentElement) {
    const { colour, opacity } = plainColour(getComputedStyle(one).backgroundColor);
    if (opacity > 0) return colour;
  }
  return '#ffffff';
}

function placed(box: DOMRect, origin: Place): { x: number; y: number; width: number; height: number } {
  return { x: tenth(box.left - origin.x), y: tenth(box.top - origin.y), width: tenth(box.width), height: tenth(box.height) };
}

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (!(key === 'opacity' && value === 1)) one.setAttribute(key, String(value));
  return one;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
