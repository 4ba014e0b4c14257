// Entry of the latent-space page: puts the explorer's panels into the document and draws them again, at most once a frame, when
// something changed. The card at the pointer is drawn apart, because it changes with every move.
import { html, nothing, render } from 'lit';
import './latent.css';
import '../shared/player.ts';
import type { EpochDetail } from '../shared/player.ts';
import { attention } from '../shared/attention.ts';
import { pageSetup } from '../shared/client.ts';
import { pngBytes } from '../shared/pixels.ts';
import { stateWord, formatNumber } from '../../view/runs.ts';
import { emptyState } from '../shared/toolkit.ts';
import { codeText, decoderNote, hoverCard, pathStrip, probeText, summary } from './cards.ts';
import { Explorer } from './explorer.ts';
import { composeCells } from './export-picture.ts';
import { freshPanelState, sidePanel, toolbar, type PanelActions } from './panels.ts';
import { stripChoice, sumCells, sumStrip } from './sum-strip.ts';

const root = document.createElement('div');
root.className = 'page';
document.body.append(root);
const card = document.createElement('div');
card.className = 'card';
card.setAttribute('aria-hidden', 'true');

const asked = new Set<() => void>();
/** Runs the drawing once in the next frame that is right for it, however often it is asked for. */
function soon(draw: () => void): void {
  if (asked.size === 0) {
    attention.frame(() => {
      const draws = [...asked];
      asked.clear();
      draws.forEach(each => each());
    });
  }
  asked.add(draw);
}

const explorer = new Explorer(pageSetup(), () => soon(drawPage), () => soon(drawCard));
explorer.scatter.gridOpacity = explorer.view.gridOpacity;
explorer.host.tabIndex = 0;
explorer.host.setAttribute('role', 'application');
explorer.host.setAttribute('aria-describedby', 'summary keys');
explorer.host.append(card);

const actions: PanelActions = {
  state: freshPanelState(),
  set(patch) {
    Object.assign(actions.state, patch);
    soon(drawPage);
  },
  exportMap: () => save(explorer.scatter.compose(), 'latent-space'),
  exportSamples() {
    const { random: { now }, latentSize } = explorer;
    const values = now?.values;
    if (values === undefined) return;
    const cells = Array.from({ length: now!.count }, (_, k) => {
      const code = now!.codes.subarray(k * latentSize, (k + 1) * latentSize);
      return { values, sample: k, caption: [codeText(code, 4)] };
    });
    save(composeCells(cells, explorer.shape, 4, explorer.theme), 'random-samples');
  },
};

function exportPath(): void {
  const { chosen, sampleData } = explorer;
  const path = chosen.path.now;
  const values = path?.values;
  if (values === undefined || sampleData === undefined) return;
  const end = (which: 0 | 1) => {
    const sample = chosen.samples[which]!;
    return { values: sampleData.original, sample, caption: [`${'AB'[which]!}: ${explorer.className(sample) ?? 'original'}`, formatNumber(explorer.frame!.error[sample]!)] };
  };
  const steps = Array.from({ length: path!.count }, (_, k) => ({ values, sample: k, caption: [`${Math.round((100 * k) / (path!.count - 1))} %`] }));
  save(composeCells([end(0), ...steps, end(1)], explorer.shape, steps.length + 2, explorer.theme), 'interpolation');
}

function exportSum(): void {
  const cells = sumCells(explorer);
  if (cells !== undefined) save(composeCells(cells, explorer.shape, cells.length, explorer.theme), 'sum');
}

function save(canvas: OffscreenCanvas, what: string): void {
  const name = `${explorer.run?.run.name ?? 'run'}-${what}-epoch-${explorer.frame?.epoch ?? 0}.png`;
  explorer.client.run(pngBytes(canvas).then(bytes => explorer.client.request('saveFile', { suggestedName: name, kind: 'png', bytes })));
}

function drawPage(): void {
  const { run, source } = explorer;
  if (run === undefined) {
    render(emptyState({ busy: true, title: 'Loading…' }), root);
    return;
  }
  if (run.samples === undefined || run.epochs.length === 0) {
    render(emptyState(source.live
      ? { busy: true, title: 'Waiting for the first codes…', text: `${run.run.name} is ${stateWord(run.run.state)}. The latent space appears when an epoch has been encoded.` }
      : { icon: 'circle-slash', title: 'No latent space was written', text: `${run.run.name} is ${stateWord(run.run.state)} and has no encoded epoch. Train it again, or look at another run.` }), root);
    return;
  }
  render(html`${toolbar(explorer, actions)}
    <div class="body">
      <main class="stage">
        <div class="status"><div id="summary">${summary(explorer)}</div>${decoderNote(explorer)}</div>
        ${explorer.host}
        <ae-player .epochs=${run.epochs} .epoch=${source.epoch ?? 0} .follow=${source.follow} .live=${source.live} .busy=${source.busy} .total=${run.run.epochs}
          @epoch=${(event: CustomEvent<EpochDetail>) => source.showEpoch(event.detail.epoch, event.detail.follow)}></ae-player>
        ${explorer.view.strip === 'sum' ? sumStrip(explorer, exportSum) : pathStrip(explorer, stripChoice(explorer), exportPath)}
        <p id="keys" class="visually-hidden">Arrow keys move the probe, with Shift in small steps; what is decoded there stands beside it. Enter chooses the sample nearest to it. Plus, minus and zero zoom. Escape clears what was chosen: two ends of an interpolation, or A, B and C of a sum.</p>
        <p class="visually-hidden" aria-live="polite">${probeText(explorer)}</p>
      </main>
      ${explorer.frame === undefined ? nothing : sidePanel(explorer, actions)}
    </div>`, root);
}

/** The card beside the pointer, on the side where there is room. */
function drawCard(): void {
  render(hoverCard(explorer), card);
  const { hover: { now: hover }, host } = explorer;
  card.classList.toggle('shown', hover !== undefined);
  if (hover === undefined) return;
  const gap = 18;
  const { offsetWidth: width, offsetHeight: height } = card;
  const x = hover.pixel.x + gap + width > host.clientWidth ? hover.pixel.x - gap - width : hover.pixel.x + gap;
  const y = Math.min(Math.max(4, hover.pixel.y - height / 2), host.clientHeight - height - 4);
  card.style.transform = `translate(${Math.round(Math.max(4, x))}px, ${Math.round(y)}px)`;
}

drawPage();
