/** The types of the npm packages, seen by the plain TypeScript compiler of somebody who installed them. */
import assert from 'node:assert/strict';
import ts from 'typescript';
import { buildTypes, PACKAGES } from './package.ts';
import { pathOf, ROOT } from './paths.ts';

const USES = `
import { ShoalPlayerElement } from 'shoal-player';
import 'shoal-player/one-file';
import { ShoalEmbed } from 'shoal-player/embed';
import { Viewer } from 'shoal-mesh';
import { headlessEnvironment, headlessQuiet } from 'shoal-mesh/headless';

const player = document.createElement('shoal-player');
player.token = 'a.b.c';
player.setVolume(0.5);
player.addEventListener('shoal-state', (event) => console.log(event.type));
export const isOne: boolean = player instanceof ShoalPlayerElement;
export const behind: number = player.stats().latencySeconds;
// @ts-expect-error: there is no such choice
player.p2p = 'maybe';

const embed = new ShoalEmbed('#stage', { edge: 'https://live.example', channel: 'demo', muted: true });
embed.on('state', ({ state, reason }) => console.log(state, reason?.message));
// @ts-expect-error: there is no such event
embed.on('stat', () => {});

const viewer = new Viewer({
  edgeUrl: 'https://live.example',
  channel: 'demo',
  environment: headlessEnvironment({ device: 'antenna' }),
});
viewer.on('piece', ({ record, source }) => console.log(record.byteLength, source));
export const bytes: Uint8Array | undefined = viewer.piece(1);
export const quiet: Promise<void> = headlessQuiet();
`;

const USES_REACT = `
import 'shoal-player/react';
import type { ShoalPlayer } from 'shoal-player/react';
import { useRef } from 'react';

export function App() {
  const player = useRef<HTMLElement & ShoalPlayer>(null);
  return (
    <shoal-player
      ref={player}
      className='stage'
      edge-url='https://live.example'
      channel='demo'
      autoplay
      muted
      p2p='relay'
      onshoal-state={(event) => console.log(event.detail.state)}
      onClick={() => player.current?.jumpToLive()}
    />
  );
}
// @ts-expect-error: there is no such choice
export const wrong = <shoal-player channel='demo' p2p='maybe' />;
`;

/** As much of React's types as the packages build on; they come with @types/react in a real project. */
const REACT = `
export interface RefObject<T> { current: T | null }
export function useRef<T>(value: null): RefObject<T>;
export interface RefAttributes<T> { ref?: RefObject<T>; key?: string }
export interface HTMLAttributes<T> { className?: string; onClick?: (event: { target: T }) => void; autoplay?: never }
export namespace JSX { interface IntrinsicElements { p: HTMLAttributes<HTMLElement> } }
`;

Deno.test('plain TypeScript resolves both packages under node16 and bundler, React included', async () => {
  const folder = await Deno.makeTempDir({ prefix: 'shoal-types-' });
  const write = async (name: string, text: string) => {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    await Deno.writeTextFile(path, text);
    return path;
  };
  try {
    for (const pack of PACKAGES) await buildTypes(pack, new URL(`file://${folder}/node_modules/`));
    for (const name of ['react', 'react/jsx-runtime']) {
      await write(`node_modules/${name}/package.json`, '{"types": "index.d.ts", "type": "module"}');
    }
    await write('node_modules/react/index.d.ts', REACT);
    await write('node_modules/react/jsx-runtime/index.d.ts', `export { JSX } from '../index.js';`);
    await write('package.json', '{"type": "module"}');
    const uses = [await write('uses.ts', USES), await write('uses-react.tsx', USES_REACT)];
    const lib = pathOf(new URL('node_modules/typescript/lib/', ROOT));
    const kept = new Map<string, ts.SourceFile | undefined>();
    for (
      const [module, moduleResolution] of [
        [ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
        [ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
      ] as const
    ) {
      const options: ts.CompilerOptions = {
        ...{ module, moduleResolution, strict: true, noEmit: true, types: [], skipDefaultLibCheck: true },
        ...{ target: ts.ScriptTarget.ES2022, jsx: ts.JsxEmit.ReactJSX },
        lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      };
      const host = ts.createCompilerHost(options);
      const { getSourceFile } = host;
      host.getDefaultLibLocation = () => lib;
      // The libraries are large: both ways of resolution look at the same ones.
      host.getSourceFile = (name, ...rest) => {
        if (!name.startsWith(lib)) return getSourceFile(name, ...rest);
        if (!kept.has(name)) kept.set(name, getSourceFile(name, ...rest));
        return kept.get(name);
      };
      const found = ts.getPreEmitDiagnostics(ts.createProgram(uses, options, host));
      assert.equal(ts.formatDiagnostics(found, host), '');
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
