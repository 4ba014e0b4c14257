// Entry of the loss page.
import 'uplot/dist/uPlot.min.css';
import './loss.css';
import './page.ts';

document.body.append(document.createElement('loss-page'));
