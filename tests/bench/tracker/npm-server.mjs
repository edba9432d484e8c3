/** bittorrent-tracker's server as its own process under Node, the runtime it is made for. Prints its port. */
import Server from 'bittorrent-tracker/server';

const server = new Server({ udp: false, http: true, ws: true, stats: false });
server.on('error', (error) => console.error(error));
server.on('warning', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.http.address().port));
