/** `/api/settings`: what holds for the whole box. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { BoxSettings } from '../../protocol/box.ts';
import { admit } from '../channel-gate.ts';
import { directoryOf, type Env } from '../env.ts';
import { takeBody } from '../input.ts';

export const settings = new Hono<{ Bindings: Env }>()
  .get('/', admit('owner'), async (c) => c.json({ settings: await directoryOf(c.env).box() }))
  .patch('/', admit('owner'), takeBody(v.partial(BoxSettings)), async (c) => {
    const directory = directoryOf(c.env);
    const edited = { ...await directory.box(), ...c.req.valid('json') };
    await directory.setBox(edited);
    return c.json({ settings: edited });
  });
