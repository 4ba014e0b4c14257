// Entry of the sweep page.
import './sweep.css';
import './page.ts';

document.body.append(document.createElement('sweep-page'));
