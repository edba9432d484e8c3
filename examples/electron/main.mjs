/**
 * A channel in a window of its own. `npm install`, then
 *
 *     SHOAL_EDGE=https://your-edge SHOAL_CHANNEL=news npm start
 *
 * Without the variables it looks for `deno task start` on this machine. SHOAL_TOKEN: playback token of a channel that
 * asks for one; it stands behind the #, which no server sees.
 */
import { app, BrowserWindow, shell } from 'electron';
import process from 'node:process';

const { SHOAL_EDGE = 'http://localhost:8787', SHOAL_CHANNEL = 'demo', SHOAL_TOKEN } = process.env;
const address = new URL(`/embed/${SHOAL_CHANNEL}?autoplay`, SHOAL_EDGE);
if (SHOAL_TOKEN) address.hash = `token=${SHOAL_TOKEN}`;

// The person has opened this window to watch: sound needs no further click.
app.commandLine.appendSwitch('autoplay-policy', 'no-user-gesture-required');
await app.whenReady();

const window = new BrowserWindow({
  width: 960,
  height: 540,
  backgroundColor: '#000',
  webPreferences: {
    contextIsolation: true,
    nodeIntegration: false,
    sandbox: true,
    // A minimised window goes on giving to others.
    backgroundThrottling: false,
  },
});
// The page is the edge's: it may not lead this window elsewhere, and what it opens is for the browser.
window.webContents.on('will-navigate', (event) => event.preventDefault());
window.webContents.setWindowOpenHandler(({ url }) => {
  if (url.startsWith('https://')) void shell.openExternal(url);
  return { action: 'deny' };
});
await window.loadURL(address.href);
app.on('window-all-closed', () => app.quit());
