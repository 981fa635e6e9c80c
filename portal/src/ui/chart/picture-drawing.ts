export const SVG = 'http://www.w3.org/2000/svg';

/** What of a style draws, and its value where nothing is said. */
const DRAWN: Record<string, string> = {
  ...{ fill: 'rgb(0, 0, 0)', stroke: 'none', 'stroke-width': '1px', 'stroke-dasharray': 'none', 'stroke-linejoin': 'miter' },
  ...{ 'stroke-linecap': 'butt', opacity: '1', 'fill-opacity': '1', 'stroke-opacity': '1', 'paint-order': 'normal' },
};
const WRITTEN = ['font-family', 'font-size', 'font-weight', 'text-anchor'];
/** What is read and pointed at, which a picture is not. */
const LEFT_OUT = 'desc, .hit, .reading, foreignObject, script';
const KEPT = new Set(['id', 'd', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'dx', 'dy', 'width', 'height', 'points']);
const ALSO_KEPT = new Set(['viewBox', 'preserveAspectRatio', 'transform', 'patternUnits', 'patternTransform', 'offset']);

/** A drawing with all that its style sheets say written into it, so that it is the same without them. */
export function copyOfDrawing(svg: SVGSVGElement): SVGElement {
  return copied(svg) as SVGElement;
}

function copied(one: Element): Element | null {
  const style = getComputedStyle(one);
  if (one.matches(LEFT_OUT) || (style.display === 'none' && !(one instanceof SVGPatternElement))) return null;
  // a link is a group: a picture leads nowhere
  const copy = document.createElementNS(SVG, one.localName === 'a' ? 'g' : one.localName);
  for (const { name, value } of one.attributes) if (KEPT.has(name) || ALSO_KEPT.has(name)) copy.setAttribute(name, value);
  if (one instanceof SVGGeometryElement || one instanceof SVGTextElement) paint(copy, style, one instanceof SVGTextElement);
  else if (style.opacity !== '1') copy.setAttribute('opacity', style.opacity);
  for (const child of one.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    const inner = child instanceof Element ? copied(child) : null;
    if (inner !== null) copy.append(inner);
  }
  return copy;
}

function paint(copy: Element, style: CSSStyleDeclaration, isText: boolean): void {
  for (const [name, usual] of Object.entries(DRAWN)) {
    const value = style.getPropertyValue(name);
    if (value === usual || value === '') continue;
    if (name !== 'fill' && name !== 'stroke') copy.setAttribute(name, value);
    else if (value === 'none' || value.startsWith('url(')) copy.setAttribute(name, value.replace(/^url\("(.*)"\)/, 'url($1)'));
    else {
      const { colour, opacity } = plainColour(value);
      copy.setAttribute(name, colour);
      if (opacity < 1) copy.setAttribute(`${name}-opacity`, String(opacity));
    }
  }
  if (isText) for (const name of WRITTEN) copy.setAttribute(name, style.getPropertyValue(name));
}

const known = new Map<string, { colour: string; opacity: number }>();
let pixel: CanvasRenderingContext2D | null = null;

/** Any colour of CSS as every reader of SVG knows it: #rrggbb, and how much of it is seen, 0 to 1. */
export function plainColour(css: string): { colour: string; opacity: number } {
  const before = known.get(css);
  if (before !== undefined) return before;
  pixel ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (pixel === null) return { colour: '#000000', opacity: 1 };
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = css;
  pixel.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0, a = 0] = pixel.getImageData(0, 0, 1, 1).data;
  const plain = {
    colour: `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`,
    opacity: Math.round((a / 255) * 100) / 100,
  };
  known.set(css, plain);
  return plain;
}
