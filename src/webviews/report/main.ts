// Entry of the report page.
import './report.css';
import './page.ts';

document.body.append(document.createElement('report-page'));
