/**
 * The configuration of bare workerd (its schema is `workerd.capnp` in the package): the edge's Worker with its
 * objects on local disk, the built pages, a folder for recordings. No secret stands in it: bindings name environment
 * variables.
 */

export interface WorkerdConfigOptions {
  /** As `127.0.0.1:8787`. */
  address: string;
  /** Class names of objects by binding. */
  objects: Record<string, string>;
  /** Environment variables that the Worker gets as bindings of the same name; all of them are set. */
  variables: string[];
  /** Absolute paths. */
  folders: { objects: string; recordings: string; pages: string };
  compatibilityDate: string;
  /** Of the edge's Worker. */
  compatibilityFlags: string[];
  /** Whether the edge may call addresses of private networks and of this machine (webhooks of local use). */
  allowPrivate: boolean;
}

/** Files beside the configuration, which embeds them. */
export const EDGE_MODULE = 'edge.js';
export const PAGES_MODULE = 'pages.js';
export const CACHE_MODULE = 'no-cache.js';

export function workerdConfig(options: WorkerdConfigOptions): string {
  const { address, objects, variables, folders, compatibilityDate, compatibilityFlags, allowPrivate } =
    options;
  const module = (name: string) => `modules = [(name = "${name}", esModule = embed "${name}")]`;
  const date = `compatibilityDate = ${text(compatibilityDate)}`;
  const bindings = [
    ...variables.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
    ...Object.entries(objects).map(([name, className]) =>
      `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`
    ),
    '(name = "ASSETS", service = "pages")',
    '(name = "REPLAY_DISK", service = "recordings")',
  ];
  // The key is part of every object's identity: it stays as it is, whatever becomes of the class's name.
  const namespaces = Object.values(objects).map((className) =>
    `(className = ${text(className)}, uniqueKey = ${text(`shoal-${className}`)}, enableSql = true)`
  );
  const disk = (name: string, path: string, writable: boolean) =>
    `(name = ${text(name)}, disk = (path = ${text(path)}, writable = ${writable}))`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "pages", worker = .pages),
    (name = "no-cache", worker = .noCache),
    ${disk('page-files', folders.pages, false)},
    ${disk('recordings', folders.recordings, true)},
    ${disk('objects', folders.objects, true)},
    (name = "internet", network = (
      allow = [${allowPrivate ? '"public", "private"' : '"public"'}],
      tlsOptions = (trustBrowserCas = true)
    )),
  ],
  sockets = [(name = "http", address = ${text(address)}, http = (), service = "edge")]
);

const edge :Workerd.Worker = (
  ${module(EDGE_MODULE)},
  ${date},
  compatibilityFlags = [${compatibilityFlags.map(text).join(', ')}],
  bindings = [
    ${bindings.join(',\n    ')},
  ],
  durableObjectNamespaces = [
    ${namespaces.join(',\n    ')},
  ],
  durableObjectStorage = (localDisk = "objects"),
  cacheApiOutbound = "no-cache",
);

const pages :Workerd.Worker = (
  ${module(PAGES_MODULE)},
  ${date},
  bindings = [(name = "FILES", service = "page-files")],
);

const noCache :Workerd.Worker = (
  ${module(CACHE_MODULE)},
  ${date},
);
`;
}

/** A Text of Cap'n Proto's language: escaped as in C. Throws for what no path or address holds. */
function text(value: string): string {
  if (/[^\x20-\x7e]/.test(value)) throw new Error(`"${value}" must hold printable ASCII only`);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
