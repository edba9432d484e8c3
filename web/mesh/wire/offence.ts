/** The other side broke the wire's rules; the message names the field and the rule. Close the link. */
export class WireOffence extends Error {
  override name = 'WireOffence';
}
