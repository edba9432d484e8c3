/** The element for old browsers, in one file. */
import './install.ts';
import '../element.ts';
