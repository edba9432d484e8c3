/** A channel name made from a title, as far as it goes: `Evening show 2!` is `evening-show-2`. */
export function nameFrom(title: string): string {
  return title.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63).replace(/-+$/, '');
}
