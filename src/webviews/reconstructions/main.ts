// Entry of the reconstructions page.
import './reconstructions.css';
import './page.ts';

document.body.append(document.createElement('reconstructions-page'));
