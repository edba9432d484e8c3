/**
 * The Cache API of bare workerd, which wants a service behind it: one that never holds anything. On one machine a
 * cache would stand in front of a Media object in the same process, and cost what it saves.
 */
export default {
  async fetch(request: Request): Promise<Response> {
    await request.body?.cancel();
    if (request.method === 'PUT') return new Response(null, { status: 204 });
    return new Response(null, {
      status: request.method === 'PURGE' ? 404 : 504,
      headers: { 'cf-cache-status': 'MISS' },
    });
  },
};
