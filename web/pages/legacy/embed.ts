/** The embed page for old browsers, in one file. */
import '../../player/legacy/install.ts';
import '../embed.ts';
