/**
 * A diagram with its tokens, its done path and its incidents.
 *
 * <div data-diagram data-xml-url=… [data-tokens='["Task_X"]'] [data-done='["Start_1", …]']
 *      [data-incidents='["Task_Y"]'] [data-counts='{"Task_X": 12}'] [data-select]
 *      [data-leaving='["Task_X"]'] [data-arriving='["Task_Z"]']>   (what an operation will move)
 *
 * Without data-xml-url the XML may lie in an inline <script type="application/xml">. An id twice in
 * data-tokens shows the number of tokens. Events: `diagram:ready`, `diagram:selected` (detail {id, name}).
 */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { words } from '../i18n/index.js';
import { fit } from './fit.js';
import moddle from './moddle.json';

/** @param {HTMLElement} element */
export async function showDiagram(element) {
  const inline = element.querySelector('script[type="application/xml"]');
  const drawing = document.createElement('div');
  drawing.className = 'diagram-canvas';
  element.append(drawing);
  const viewer = new NavigatedViewer({ container: drawing, moddleExtensions: { r: moddle } });
  element.viewer = viewer;
  try {
    await viewer.importXML(inline ? inline.textContent.trim() : await fetchXml(element.dataset.xmlUrl));
  } catch (error) {
    drawing.remove();
    element.insertAdjacentHTML('beforeend', '<p class="alert alert-danger" role="alert"></p>');
    element.lastElementChild.textContent = words('流程图无法显示:', 'The diagram cannot be shown: ') + error.message;
    return;
  }
  mark(viewer, element.dataset);
  fit(viewer.get('canvas'));
  describe(viewer, drawing);
  element.append(zoomButtons(viewer));
  viewer.on('element.click', ({ element: clicked }) => element.dispatchEvent(new CustomEvent('diagram:selected', {
    bubbles: true,
    detail: { id: clicked.id, name: clicked.businessObject?.name ?? '' }
  })));
  element.dataset.ready = '1';
  element.dispatchEvent(new CustomEvent('diagram:ready', { bubbles: true, detail: viewer }));
}

async function fetchXml(url) {
  const response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/xml' } });
  if (!response.ok) throw new Error(words('服务器没有给出流程图', 'the server gave no diagram'));
  return response.text();
}

const list = (text) => (text ? JSON.parse(text) : []);

function mark(viewer, { tokens, done, incidents, counts, leaving, arriving }) {
  const canvas = viewer.get('canvas'), registry = viewer.get('elementRegistry');
  const known = (id) => registry.get(id);
  const passed = new Set(list(done).filter(known)), here = new Map(), broken = new Set(list(incidents).filter(known));
  for (const id of list(tokens).filter(known)) here.set(id, (here.get(id) ?? 0) + 1);
  passed.forEach((id) => canvas.addMarker(id, 'is-done'));
  takenFlows(registry, passed, new Set([...passed, ...here.keys(), ...broken])).forEach((id) => canvas.addMarker(id, 'is-done'));
  for (const [id, number] of here) {
    canvas.addMarker(id, 'is-here');
    if (!broken.has(id)) label(viewer, id, 'here', 'ti-map-pin', words('办理中', 'here') + (number > 1 ? ` ×${number}` : ''));
  }
  for (const id of broken) {
    canvas.addMarker(id, 'is-broken');
    label(viewer, id, 'broken', 'ti-alert-triangle', words('出错', 'failed'));
  }
  const moves = [['leaving', leaving, 'ti-logout', words('移出', 'leaves')], ['arriving', arriving, 'ti-login', words('移入', 'arrives')]];
  for (const [kind, ids, icon, text] of moves) {
    for (const id of new Set(list(ids).filter(known))) {
      canvas.addMarker(id, `is-${kind}`);
      label(viewer, id, kind, icon, text, kind === 'leaving' ? { bottom: 10, left: 4 } : { top: -14, left: 4 });
    }
  }
  for (const [id, number] of Object.entries(counts ? JSON.parse(counts) : {})) {
    if (known(id)) label(viewer, id, 'count', 'ti-stack-2', String(number), { bottom: 10, right: 24 });
  }
}

/** A flow was surely taken if it is the only way from what was passed into what was reached. */
function takenFlows(registry, passed, reached) {
  const taken = [];
  for (const target of reached) {
    const ways = (registry.get(target).incoming ?? []).filter((flow) => flow.source && passed.has(flow.source.id));
    if (ways.length === 1) taken.push(ways[0].id);
  }
  return taken;
}

function label(viewer, id, kind, icon, text, position = { top: -14, left: 4 }) {
  const html = document.createElement('span');
  html.className = `diagram-label diagram-label-${kind}`;
  html.innerHTML = `<i class="ti ${icon}" aria-hidden="true"></i> `;
  html.append(text);
  viewer.get('overlays').add(id, kind, { position, html, show: { minZoom: 0.2 } });
}

/** A drawing has no words for a screen reader: names the steps where the case stands. */
function describe(viewer, drawing) {
  const name = viewer.get('canvas').getRootElement().businessObject?.name ?? '';
  drawing.querySelector('svg')?.setAttribute('role', 'img');
  drawing.querySelector('svg')?.setAttribute('aria-label', words(`流程图 ${name}`, `Diagram ${name}`));
}

function zoomButtons(viewer) {
  const canvas = viewer.get('canvas'), bar = document.createElement('div');
  bar.className = 'diagram-zoom btn-group';
  const buttons = [
    ['ti-zoom-in', words('放大', 'Zoom in'), () => canvas.zoom(canvas.zoom() * 1.25)],
    ['ti-zoom-out', words('缩小', 'Zoom out'), () => canvas.zoom(canvas.zoom() / 1.25)],
    ['ti-maximize', words('显示全图', 'Fit'), () => fit(canvas)]
  ];
  for (const [icon, title, act] of buttons) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-icon btn-sm';
    button.title = title;
    button.setAttribute('aria-label', title);
    button.innerHTML = `<i class="icon ti ${icon}" aria-hidden="true"></i>`;
    button.onclick = act;
    bar.append(button);
  }
  return bar;
}
