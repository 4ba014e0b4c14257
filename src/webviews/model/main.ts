// Entry of the model page.
import './model.css';
import './page.ts';

document.body.append(document.createElement('model-page'));
