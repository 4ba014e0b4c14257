// Entry of the data page.
import './data.css';
import './page.ts';

document.body.append(document.createElement('data-page'));
