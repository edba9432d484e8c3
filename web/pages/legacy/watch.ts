/** The watch page for old browsers, in one file. */
import '../../player/legacy/install.ts';
import '../watch.ts';
