// The looks of a report: a page of a book on the screen, in light and dark as the reader's system has it, and on A4 paper. Colours of
// curves are those of the pages.
import { categoryColor, categoryCount } from '../view/palette.ts';
import { trusted, type Markup } from './html.ts';

const each = (rule: (index: number) => string): string => Array.from({ length: categoryCount }, (_, i) => rule(i)).join('');

const colors = (kind: 'light' | 'dark'): string => each(i => `--c${i}:${categoryColor(kind, i)};`);

export function styleSheet(): Markup {
  return trusted(`
:root{color-scheme:light;--paper:#fff;--ink:#1d1d1f;--muted:#5b5e66;--rule:#d5d7db;--shade:#f5f5f2;--good:#1a6b3c;--bad:#a3261c;--cell:#0b4f9e;${colors('light')}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#17181b;--ink:#e6e4df;--muted:#a6a9b1;--rule:#3b3e45;--shade:#212328;--good:#6fce96;--bad:#ff9284;--cell:#5ba8f5;${colors('dark')}}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:17px/1.55 Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,"Liberation Serif",serif;-webkit-text-size-adjust:100%}
body{font:inherit;max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 4rem;background:var(--paper);color:var(--ink);overflow-wrap:break-word;counter-reset:figure table}
h1{font-size:2rem;line-height:1.2;margin:.2rem 0 .4rem}
h2{font-size:1.3rem;line-height:1.3;margin:2.6rem 0 .7rem;padding-top:.6rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.6rem 0}
a{color:inherit;text-decoration-color:var(--muted)}
.kicker,dl,table,figcaption,caption,.legend,svg,.tags,nav,footer,.meta,.box,.samples{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
.kicker{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);margin:0}
.meta,footer,.small{font-size:.85rem;color:var(--muted)}
.star{color:#b8860b}
.tags{list-style:none;margin:.4rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem;font-size:.8rem}
.tags li{border:1px solid var(--rule);border-radius:1rem;padding:.05rem .6rem}
blockquote{margin:1rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--rule);font-style:italic;white-space:pre-line}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.7rem 1.4rem;margin:1rem 0;font-size:.9rem}
dl div{break-inside:avoid}
dt{font-size:.75rem;color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.glance dl{margin:0}
.glance{border:1px solid var(--rule);border-radius:6px;padding:.9rem 1.1rem;background:var(--shade)}
.box{border:1px solid var(--rule);border-left:4px solid var(--muted);padding:.5rem .9rem;margin:1rem 0;font-size:.9rem;break-inside:avoid}
.box.bad{border-left-color:var(--bad)}
.box p{margin:.2rem 0}
.good{color:var(--good)}.bad-word{color:var(--bad)}
pre{font:.8rem/1.5 ui-monospace,"Cascadia Code",Menlo,Consolas,"Liberation Mono",monospace;background:var(--shade);border:1px solid var(--rule);border-radius:6px;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2}
code{font:.85em ui-monospace,"Cascadia Code",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
pre i{color:var(--muted)}
summary{cursor:pointer;font-size:.9rem;color:var(--muted)}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;min-width:min(100%,20rem)}
caption,figcaption{text-align:left;font-size:.85rem;color:var(--muted);padding:.2rem 0 .4rem}
figcaption{padding:.4rem 0 0}
caption::before{counter-increment:table;content:"Table " counter(table) ". ";color:var(--ink);font-weight:600}
figcaption::before{counter-increment:figure;content:"Figure " counter(figure) ". ";color:var(--ink);font-weight:600}
th,td{padding:.22rem .7rem;vertical-align:top;line-height:1.4}
.dense{font-size:.76rem}.dense th,.dense td{padding:.2rem .4rem}
th:first-child,td:first-child{padding-left:0}
thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:400}
tbody tr:last-child>*{border-bottom:1.5px solid var(--ink)}
tr.sum>*{border-top:1px solid var(--muted)}
tr{break-inside:avoid}
.number{text-align:right}.words{text-align:left;overflow-wrap:break-word}td.words:has(code){min-width:7rem}
tbody th code{overflow-wrap:normal;white-space:nowrap}
tbody .part{color:var(--muted)}
figure{margin:1.4rem 0;break-inside:avoid}
.pictures{break-inside:auto}.pictures .wide{break-inside:avoid}
figure svg{display:block;width:100%;height:auto;overflow:visible}
figure>img{display:block;max-width:100%;height:auto;background:#fff}
.samples img{image-rendering:pixelated}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.4rem 1.6rem}
.panels figure{margin:.6rem 0}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;padding:0;margin:.3rem 0 0;font-size:.8rem}
.legend li{display:flex;align-items:center;gap:.4rem;min-width:0;overflow-wrap:anywhere}
.legend svg{display:inline;width:28px;height:12px;flex:none}
svg text{font-size:11px;fill:var(--muted)}
svg .over{fill:var(--ink);stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
svg .name{font-size:12px;font-weight:600}
svg .grid{stroke:var(--rule);stroke-width:1}
svg .axis{stroke:var(--muted);stroke-width:1}
svg .level{stroke:var(--ink);stroke-width:1;stroke-dasharray:6 4}
svg .ring{fill:none;stroke:var(--ink);stroke-width:2}
svg .line{fill:none;stroke-linejoin:round}
svg .dots{fill:none;stroke-linecap:round;stroke-opacity:.65}
svg .band{fill-opacity:.16}
${each(i => `.s${i}{stroke:var(--c${i})}.f${i}{fill:var(--c${i})}`)}.sm{stroke:var(--muted)}.fm{fill:var(--muted)}
.samples{border-collapse:separate;border-spacing:3px;font-size:.75rem;min-width:0}
.samples th,.samples td{padding:0;border:0!important;line-height:1.3;text-align:center;vertical-align:middle;white-space:nowrap}
.samples tbody th{text-align:right;padding-right:.5rem;color:var(--muted)}
.samples thead th{font-weight:400;max-width:4.6rem;overflow:hidden;text-overflow:ellipsis}
.samples td{min-width:3.9rem}
.samples img{display:block;margin:0 auto}
.samples small{display:block;font-size:.7rem}
.matrix{font-size:.72rem;min-width:0}
.matrix th,.matrix td{padding:.15rem .35rem;border:0!important;text-align:right}
.matrix thead th{vertical-align:bottom;font-weight:400}
.matrix thead th.turned{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left}
.matrix tbody td{background:color-mix(in srgb,var(--cell) var(--share,0%),var(--shade));min-width:2.1rem}
.matrix td.deep{color:var(--paper)}
.bars{display:grid;grid-template-columns:max-content 1fr max-content;gap:.3rem .8rem;align-items:center;font-family:system-ui,sans-serif;font-size:.85rem;margin:1rem 0}
.bars svg{display:block;width:100%;height:14px}
ol.alerts{padding-left:1.2rem;font-size:.92rem}
nav ol{padding-left:1.4rem}
article{counter-reset:none}
article+article,.comparison+article{margin-top:4rem;border-top:3px double var(--rule);padding-top:1.5rem}
@media screen and (max-width:40rem){figure{overflow-x:auto}figure>svg{min-width:34rem}.panels figure>svg{min-width:0}}
@page{size:A4;margin:18mm 18mm 20mm}
@media print{
html{font-size:10.5pt}
body{max-width:none;padding:0}
h1,h2,h3,caption{break-after:avoid}
article+article,.comparison+article{break-before:page;border-top:0;margin-top:0;padding-top:0}
pre{font-size:.75rem}
.wide{overflow:visible}
details:not([open]){display:none}
a{text-decoration:none}
.matrix td,.bars svg,figure svg,img,.glance,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`);
}
